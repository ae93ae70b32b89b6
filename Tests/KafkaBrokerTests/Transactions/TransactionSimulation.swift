import KafkaWire
import RecordBatches
import Synchronization
import Testing

@testable import KafkaBroker

/// Producers that begin, write, commit, abort, fence each other and fall asleep, over a broker that crashes at any step and
/// whose disk fails now and then. What they were told is held against what is on the disk in the end.
@Suite("Transactions, simulated")
struct TransactionSimulation {
  @Test("whatever crashes and fails, each transaction ends in one way everywhere, and no fenced one is committed")
  func simulation() throws {
    var outcomes: [String: Int] = [:]
    for seed in 0..<600 as Range<UInt64> {
      var run = try Run(seed: seed)
      try run.run()
      for (outcome, count) in run.outcomes { outcomes[outcome, default: 0] += count }
    }
    // A simulation in which nothing of this happens has shown nothing.
    for outcome in ["crash", "committed", "aborted", "fenced", "timed out", "late batch refused", "undecided"] {
      #expect(outcomes[outcome, default: 0] > 20, "\(outcome): \(outcomes)")
    }
  }
}

/// A producer's process: it knows what it was told and nothing else.
private struct Client {
  let id: String
  var producer: Producer?
  /// The number of the transaction that it is in.
  var transaction: Int?
  var partitions: Set<TopicPartition> = []
  /// A batch that the coordinator has let pass and the log has not seen yet.
  var onItsWay: (producer: Producer, transaction: Int, partition: TopicPartition)?
}

/// What is known of a transaction from outside.
private struct Story {
  let id: String
  let producer: Producer
  let begunAt: Int64
  /// Batches and offsets that were acknowledged.
  var batches: [TopicPartition: Int] = [:]
  var hasOffsets = false
  /// What its producer asked for, once it did.
  var asked: Bool?
  /// What it was told that has become of it.
  var told: Bool?
  /// Whether another producer of its id had been told its own epoch before this one asked for its end.
  var wasFencedBefore = false
}

private struct Run {
  private static let timeout: Int64 = 30_000
  private let seed: UInt64
  private var random: GroupRandom
  private let broker: TransactionBroker
  private var clients: [Client]
  private var stories: [Int: Story] = [:]
  /// The latest producer that was told its epoch, of each transactional id, and when somebody last asked for one.
  private var latest: [String: Producer] = [:]
  private var isContested: Set<String> = []
  private(set) var outcomes: [String: Int] = [:]

  init(seed: UInt64) throws {
    self.seed = seed
    random = GroupRandom(seed: seed)
    broker = try TransactionBroker()
    clients = ["a", "a", "b", "c"].map { Client(id: $0) }
  }

  mutating func run() throws {
    for _ in 0..<120 {
      if Int.random(in: 0..<30, using: &random) == 0 {
        broker.crash(after: .random(in: 0...4, using: &random), makesLastStep: .random(using: &random))
      }
      if Int.random(in: 0..<15, using: &random) == 0 {
        let step: TransactionDisk.Step = [.save, .marker, .offsets].randomElement(using: &random) ?? .save
        broker.disk.fail(step, times: .random(in: 1...3, using: &random))
      }
      act(on: clients.indices.randomElement(using: &random) ?? 0)
      if broker.hasCrashed || Int.random(in: 0..<60, using: &random) == 0 { try restart() }
    }
    try finish()
    check()
  }

  private mutating func restart() throws {
    outcomes["crash", default: 0] += 1
    try broker.restart()
    // Connections are gone, and with them what was on its way.
    for index in clients.indices { clients[index].onItsWay = nil }
  }

  private mutating func act(on index: Int) {
    if clients[index].onItsWay != nil, Int.random(in: 0..<3, using: &random) == 0 { return arrive(index) }
    // Once a producer has asked for an end, it only asks again until it is told.
    if let number = clients[index].transaction, stories[number]?.asked != nil {
      if Int.random(in: 0..<4, using: &random) == 0 { return broker.advance(by: 1000) }
      return end(index)
    }
    if clients[index].producer == nil { return initialise(index, continues: false) }
    switch Int.random(in: 0..<60, using: &random) {
    case 0..<2: initialise(index, continues: false)
    case 2..<4: initialise(index, continues: true)
    case 4..<17: add(index)
    case 17..<38: produce(index)
    case 38..<43: commitOffsets(index)
    case 43..<54: end(index)
    case 54: broker.advance(by: 40_000)
    default: broker.advance(by: [10, 1000, 2000].randomElement(using: &random) ?? 10)
    }
  }

  // MARK: What producers do

  private mutating func initialise(_ index: Int, continues: Bool) {
    guard clients[index].onItsWay == nil else { return }
    let id = clients[index].id
    let given = continues ? clients[index].producer : nil
    if continues, given == nil { return }
    isContested.insert(id)
    let answer = broker.initialise(id, timeout: Self.timeout, given: given)
    switch answer {
    case .success(let producer)?:
      if let other = clients.firstIndex(where: { $0.producer == producer && $0.id == id }), other != index {
        Issue.record("seed \(seed): \(producer) was told to two producers")
      }
      // Whoever is told an epoch that is not newer has got in where it was fenced.
      if let before = latest[id], before.id == producer.id {
        #expect(producer.epoch > before.epoch || given != nil, "seed \(seed)")
      }
      for number in stories.keys
      where stories[number]?.id == id && stories[number]?.producer != producer && stories[number]?.asked == nil {
        stories[number]?.wasFencedBefore = true
      }
      latest[id] = producer
      isContested.remove(id)
      clients[index] = Client(id: id, producer: producer)
    case .failure(let error)?:
      let retriable: Set<ErrorCode> = [.concurrentTransactions, .coordinatorNotAvailable]
      #expect(retriable.contains(error) || given != nil && error == .producerFenced, "seed \(seed): \(error)")
      if error == .producerFenced {
        expectFenced(index, by: error)
        clients[index] = Client(id: id)
      }
    case nil: break
    }
  }

  private mutating func add(_ index: Int) {
    guard let producer = clients[index].producer else { return }
    let partition = TopicPartition.number(.random(in: 0..<4, using: &random))
    let error = broker.coordinator.add([partition], to: clients[index].id, producer: producer)
    guard !broker.hasCrashed else { return }
    guard error == .none else { return refused(index, error, allowed: [.concurrentTransactions]) }
    if clients[index].transaction == nil {
      let number = stories.count + 1
      stories[number] = Story(
        id: clients[index].id, producer: producer, begunAt: broker.clock.now(),
        wasFencedBefore: latest[clients[index].id] != producer)
      clients[index].transaction = number
    }
    clients[index].partitions.insert(partition)
  }

  private mutating func produce(_ index: Int) {
    guard clients[index].onItsWay == nil, let producer = clients[index].producer,
      let transaction = clients[index].transaction,
      let partition = clients[index].partitions.sorted().randomElement(using: &random)
    else { return }
    if let error = broker.coordinator.fault(ofBatchIn: partition, id: clients[index].id, producer: producer) {
      return refused(index, error, allowed: [])
    }
    clients[index].onItsWay = (producer, transaction, partition)
    if Int.random(in: 0..<2, using: &random) == 0 { arrive(index) }
  }

  private mutating func arrive(_ index: Int) {
    guard let batch = clients[index].onItsWay else { return }
    clients[index].onItsWay = nil
    if broker.disk.append(batch.producer, transaction: batch.transaction, to: batch.partition) {
      stories[batch.transaction]?.batches[batch.partition, default: 0] += 1
    } else if !broker.hasCrashed {
      outcomes["late batch refused", default: 0] += 1
      refused(index, .invalidProducerEpoch, allowed: [])
    }
  }

  private mutating func commitOffsets(_ index: Int) {
    guard let producer = clients[index].producer, let transaction = clients[index].transaction else { return }
    let id = clients[index].id
    let added = broker.coordinator.add(group: "g", to: id, producer: producer)
    guard !broker.hasCrashed else { return }
    guard added == .none else { return refused(index, added, allowed: [.concurrentTransactions]) }
    let disk = broker.disk
    let error = broker.coordinator.withOpenTransaction(of: "g", id: id, producer: producer) {
      disk.pend(producer, transaction: transaction)
    }
    if let error { return refused(index, error, allowed: []) }
    stories[transaction]?.hasOffsets = true
  }

  private mutating func end(_ index: Int) {
    // A producer waits for its own batches before it ends, and keeps to what it has asked for.
    guard clients[index].onItsWay == nil, let producer = clients[index].producer,
      let transaction = clients[index].transaction
    else { return }
    let commit = stories[transaction]?.asked ?? (Int.random(in: 0..<3, using: &random) > 0)
    stories[transaction]?.asked = commit
    guard let error = broker.end(clients[index].id, producer, commit: commit) else { return }
    guard error == .none else {
      return refused(index, error, allowed: [.concurrentTransactions, .coordinatorNotAvailable])
    }
    stories[transaction]?.told = commit
    clients[index].transaction = nil
    clients[index].partitions = []
  }

  /// A producer that is refused for good gives up; unless somebody has fenced it, or its time was over, that is wrong.
  private mutating func refused(_ index: Int, _ error: ErrorCode, allowed: Set<ErrorCode>) {
    if allowed.contains(error) { return }
    expectFenced(index, by: error)
    clients[index] = Client(id: clients[index].id)
  }

  private mutating func expectFenced(_ index: Int, by error: ErrorCode) {
    let fences: Set<ErrorCode> = [.producerFenced, .invalidProducerEpoch, .invalidProducerIDMapping]
    #expect(fences.contains(error), "seed \(seed): \(error)")
    let client = clients[index]
    outcomes["fenced", default: 0] += 1
    guard latest[client.id] == client.producer, !isContested.contains(client.id) else { return }
    // Nobody else came: its time was over.
    let begun = client.transaction.flatMap { stories[$0]?.begunAt } ?? .max
    #expect(begun <= broker.clock.now() - Self.timeout, "seed \(seed): \(error), though nobody has fenced it")
    outcomes["timed out", default: 0] += 1
  }

  // MARK: What must have become of it

  /// Lets everything come to its end: a new producer of each id aborts what is open.
  private mutating func finish() throws {
    try restart()
    for id in ["a", "b", "c"] {
      for _ in 0..<10 {
        if case .success? = broker.initialise(id) { break }
        broker.advance(by: 2000)
      }
    }
    broker.advance(by: 3000)
  }

  private mutating func check() {
    let contents = broker.disk.contents.withLock { $0 }
    #expect(contents.wrongMarkers == [], "seed \(seed)")
    #expect(contents.pending.isEmpty, "seed \(seed)")
    for (partition, content) in contents.partitions {
      #expect(content.open.isEmpty, "seed \(seed): \(partition) is open")
    }
    for row in contents.rows.values {
      #expect(row.phase != .prepareCommit && row.phase != .prepareAbort, "seed \(seed): \(row.id)")
    }
    // A batch counts as its producer's next marker in the partition says.
    var results: [Int: Set<Bool>] = [:]
    var found: [Int: [TopicPartition: Int]] = [:]
    for (name, partition) in contents.partitions {
      for (place, entry) in partition.entries.enumerated() {
        guard case .batch(let producer, let transaction) = entry else { continue }
        found[transaction, default: [:]][name, default: 0] += 1
        let end = partition.entries[place...].lazy.compactMap { entry -> Bool? in
          guard case .marker(let marked, let isCommit) = entry, marked.id == producer.id else { return nil }
          return isCommit
        }.first
        if let end {
          results[transaction, default: []].insert(end)
        } else {
          Issue.record("seed \(seed): a batch of transaction \(transaction) has no end")
        }
      }
    }
    for (number, story) in stories {
      var ends = results[number] ?? []
      if let offsets = contents.offsets[number] { ends.insert(offsets) }
      #expect(story.hasOffsets == (contents.offsets[number] != nil), "seed \(seed), transaction \(number)")
      #expect(found[number] ?? [:] == story.batches, "seed \(seed), transaction \(number)")
      #expect(ends.count <= 1, "seed \(seed): transaction \(number) ended in both ways")
      guard let end = ends.first else { continue }
      if let told = story.told { #expect(end == told, "seed \(seed), transaction \(number)") }
      #expect(!end || story.asked == true, "seed \(seed): transaction \(number) was committed, which nobody asked for")
      #expect(!(end && story.wasFencedBefore), "seed \(seed): transaction \(number) was fenced and is committed")
      outcomes[end ? "committed" : "aborted", default: 0] += 1
      if story.told == nil, story.asked != nil { outcomes["undecided", default: 0] += 1 }
    }
  }
}
