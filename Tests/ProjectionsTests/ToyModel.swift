import ByteCoding
import Projections
import RecordBatches

/// An event of the toy log: an amount for an account.
struct ToyEvent: Sendable, Equatable {
  let id: String
  let account: String
  let amount: Int64

  /// A record of the event: `id account amount`.
  func record(at milliseconds: Int64 = 0) -> Record {
    Record(key: nil, value: Array("\(id) \(account) \(amount)".utf8), timestampMilliseconds: milliseconds)
  }
}

/// Reads records of `id account amount`; `? type` is an unknown type, anything else is refused.
final class ToyDecoder: EventDecoding {
  static let topics = ["pays", "refunds"]
  static let outputTopics = topics.map { $0 + ".dlq" } + ["alerts", "sums"]

  func reads(topic: String) -> Bool { Self.topics.contains(topic) }

  func decode(_ record: Record, topic: String) -> Decoded<ToyEvent> {
    guard let value = record.value else {
      return .rejected(Rejection(code: "empty-record", message: "no value"))
    }
    let words = String(decoding: value, as: UTF8.self).split(separator: " ").map(String.init)
    if words.first == "?", words.count == 2 { return .unknownType(words[1]) }
    if words.first == "secret" {
      return .rejected(Rejection(code: "secret", message: "masked", maskedValue: Array("******".utf8)))
    }
    guard words.count == 3, let amount = Int64(words[2]) else {
      return .rejected(Rejection(code: "malformed", message: "not id, account and amount"))
    }
    let id = Array(words[0].utf8)
    return .event(
      ToyEvent(id: words[0], account: words[1], amount: topic == "refunds" ? -amount : amount),
      identity: EventIdentity(high: XXHash64.hash(id.rawBytes, seed: 1), low: XXHash64.hash(id.rawBytes, seed: 2)))
  }
}

/// The sum of each account. Every third amount tells the new sum, every ninth twice; sums above 500 raise an alert.
final class ToyModel: ReadModel {
  let name = "sums"
  private(set) var sums: [String: Int64] = [:]
  private(set) var applied: [PositionedEvent<ToyEvent>] = []
  private(set) var published = Position()
  private(set) var publications = 0
  /// How often a checkpoint that was begun says that it is not written yet.
  var pollsUntilWritten = 0
  private var journal: KeyedJournal
  private var changed: Set<String> = []

  init(directory: String, manifest: [UInt8]?) throws {
    var restored: [String: Int64] = [:]
    journal = try KeyedJournal(directory: directory, name: "sums", restoring: manifest) { key, value in
      restored[String(decoding: key, as: UTF8.self)] = value.flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
    }
    sums = restored
  }

  static let factory = ReadModelFactory<ToyEvent>(name: "sums") { try ToyModel(directory: $0, manifest: $1) }

  func apply(_ events: [PositionedEvent<ToyEvent>]) -> [OutputRecord] {
    applied += events
    return events.flatMap { event in
      let account = event.event.account
      sums[account, default: 0] += event.event.amount
      if sums[account] == 0 { sums[account] = nil }
      changed.insert(account)
      return Self.outputs(of: event, sum: sums[account] ?? 0)
    }
  }

  static func outputs(of event: PositionedEvent<ToyEvent>, sum: Int64) -> [OutputRecord] {
    let source = SourceRecord(event.topicPartition, event.offset)
    let amount = event.event.amount
    var outputs: [OutputRecord] = []
    for time in 0..<(amount % 9 == 0 ? 2 : amount % 3 == 0 ? 1 : 0) {
      let text = "\(event.event.account) is \(sum), \(time)"
      outputs.append(
        OutputRecord(
          topic: "sums", record: Record(key: nil, value: Array(text.utf8), timestampMilliseconds: 0), source: source))
    }
    if sum > 500 {
      let alert = Record(key: nil, value: Array("\(event.event.account)!".utf8), timestampMilliseconds: 0)
      outputs.append(OutputRecord(topic: "alerts", record: alert, source: source))
    }
    return outputs
  }

  func publish(at position: Position) {
    published = position
    publications += 1
  }

  func writeCheckpoint(number: UInt64) throws -> [UInt8] {
    let changes = changed.sorted().map { (key: Array($0.utf8), value: value(of: $0)) }
    let manifest = try journal.checkpoint(changes: changes, count: sums.count) {
      sums.keys.sorted().map { (key: Array($0.utf8), value: value(of: $0)) }
    }
    changed = []
    return manifest
  }

  func beginCheckpoint(number: UInt64) throws -> PendingManifest {
    let manifest = try writeCheckpoint(number: number)
    return PendingManifest {
      self.pollsUntilWritten -= 1
      return self.pollsUntilWritten < 0
    } manifest: {
      manifest
    }
  }

  private func value(of account: String) -> [UInt8]? { sums[account].map { Array("\($0)".utf8) } }

  func discardFiles(notIn manifest: [UInt8]) { journal.discardOldFiles() }

  func checksum() -> LogicalChecksum {
    var checksum = LogicalChecksum()
    for (account, sum) in sums { checksum.insert(Array("\(account)=\(sum)".utf8)) }
    return checksum
  }
}

extension Projection where Event == ToyEvent {
  /// A projection of the toy log with one model.
  convenience init(
    _ directory: String, _ source: any BatchSource, _ sink: (any OutputSink)?, limit: ProjectionLimit = .none
  ) throws {
    try self.init(
      directory: directory, source: source, sink: sink, outputTopics: ToyDecoder.outputTopics, decoder: ToyDecoder(),
      factories: [ToyModel.factory], limit: limit, wallClock: { Timestamp(rawValue: 0) })
  }

  var sums: [String: Int64]? { toy?.sums }

  var toy: ToyModel? { models.first as? ToyModel }

  /// Reads to the end of the log.
  func finish() throws { while try step(maxBytes: 4096) > 0 {} }
}
