public import RecordBatches

/// What a partition knows of the producers that number their batches: enough to take each batch once, in order, and to
/// tell which transactions are open or were aborted.
///
/// Kafka's rules (KIP-98): a producer's batches carry its id, epoch and a sequence number; the last five of each producer
/// are remembered. It is a function of the partition's batches, so that a log that is read again gives it again.
struct ProducerStates: Equatable {
  /// A batch that was appended.
  struct Batch: Equatable {
    let firstSequence: Int32
    let lastSequence: Int32
    let baseOffset: Offset
    let lastOffset: Offset
    let timestamp: Int64
  }

  struct Producer: Equatable {
    var epoch: Int16
    /// The latest batches of this epoch, oldest first, at most five.
    var batches: [Batch] = []
    /// When it was last heard of, in milliseconds since 1970: by the clock, since its batches may bear times long past.
    var lastHeard: Int64
    /// The first offset of its open transaction.
    var openSince: Offset?
  }

  static let rememberedBatches = 5

  var producers: [Int64: Producer] = [:]
  /// The transactions that were aborted, by the offset of the marker that ended them.
  var aborted: [AbortedTransaction] = []
  /// The open transactions' first offsets, so that the earliest is found without looking at every producer.
  private var open: [Int64: Offset] = [:]

  init() {}

  init(producers: [Int64: Producer], aborted: [AbortedTransaction]) {
    self.producers = producers
    self.aborted = aborted
    for (id, producer) in producers { if let first = producer.openSince { open[id] = first } }
  }

  /// The first offset of the earliest open transaction: nothing from there on is decided.
  var firstOpenOffset: Offset? { open.isEmpty ? nil : open.values.min() }

  /// Whether a batch may be appended; returns the batch that it repeats, which must not be appended again.
  func check(_ header: RecordBatchHeader, in partition: TopicPartition) throws(EventLogError) -> Batch? {
    guard header.producerID >= 0, let producer = producers[header.producerID] else { return nil }
    guard header.producerEpoch >= producer.epoch else {
      throw .fencedProducer(partition, epoch: header.producerEpoch, current: producer.epoch)
    }
    if header.isTransactional, header.producerEpoch == producer.epoch, header.baseSequence < 0 { return nil }
    guard header.producerEpoch == producer.epoch else {
      guard header.baseSequence == 0 else {
        throw .outOfOrderSequence(partition, expected: 0, found: header.baseSequence)
      }
      return nil
    }
    let last = Self.sequence(header.baseSequence, advancedBy: header.lastOffsetDelta)
    if let same = producer.batches.first(where: {
      $0.firstSequence == header.baseSequence && $0.lastSequence == last
    }) {
      return same
    }
    guard let previous = producer.batches.last else { return nil }
    let expected = Self.sequence(previous.lastSequence, advancedBy: 1)
    guard header.baseSequence == expected else {
      // Counted back from what is expected, since sequences begin again at 0.
      let behind = Self.distance(from: header.baseSequence, to: expected)
      let remembered = producer.batches.first.map { Self.distance(from: $0.firstSequence, to: expected) } ?? 0
      if behind > remembered, behind <= 1 << 30, behind > Int64(header.lastOffsetDelta) {
        throw .duplicateSequence(partition, sequence: header.baseSequence)
      }
      throw .outOfOrderSequence(partition, expected: expected, found: header.baseSequence)
    }
    return nil
  }

  /// Notes a batch that was appended, or is read again.
  ///
  /// - Parameter now: the time in milliseconds since 1970; the greatest where it is not known, which then counts as the
  ///   time of the next cleaning.
  mutating func note(_ header: RecordBatchHeader, now: Int64 = .max) {
    guard header.producerID >= 0 else { return }
    var producer =
      producers.removeValue(forKey: header.producerID)
      ?? Producer(epoch: header.producerEpoch, lastHeard: now)
    if producer.epoch != header.producerEpoch {
      producer.epoch = header.producerEpoch
      producer.batches = []
    }
    producer.lastHeard = now
    if header.baseSequence >= 0 {
      if producer.batches.count == Self.rememberedBatches { producer.batches.removeFirst() }
      producer.batches.append(
        Batch(
          firstSequence: header.baseSequence,
          lastSequence: Self.sequence(header.baseSequence, advancedBy: header.lastOffsetDelta),
          baseOffset: header.baseOffset, lastOffset: header.nextOffset.advanced(by: -1),
          timestamp: header.maxTimestamp))
    }
    if header.isTransactional, !header.isControlBatch, producer.openSince == nil {
      producer.openSince = header.baseOffset
      open[header.producerID] = header.baseOffset
    }
    producers[header.producerID] = producer
  }

  /// Whether a transaction's end may be marked.
  func checkMarker(producerID: Int64, epoch: Int16, in partition: TopicPartition) throws(EventLogError) {
    if let producer = producers[producerID], epoch < producer.epoch {
      throw .fencedProducer(partition, epoch: epoch, current: producer.epoch)
    }
  }

  /// Notes the end of a producer's transaction, which a control batch marks.
  mutating func noteMarker(_ header: RecordBatchHeader, isCommit: Bool, now: Int64 = .max) {
    note(header, now: now)
    guard let first = producers[header.producerID]?.openSince else { return }
    producers[header.producerID]?.openSince = nil
    open[header.producerID] = nil
    if !isCommit {
      aborted.append(
        AbortedTransaction(producerID: header.producerID, firstOffset: first, lastOffset: header.baseOffset))
    }
  }

  /// Makes a producer what it was before an append at `offset` that is taken back.
  mutating func restore(_ id: Int64, to producer: Producer?, from offset: Offset) {
    producers[id] = producer
    open[id] = producer?.openSince
    while let last = aborted.last, last.lastOffset >= offset { aborted.removeLast() }
  }

  /// The aborted transactions with records in a range of offsets.
  func aborted(from start: Offset, to end: Offset) -> [AbortedTransaction] {
    // By their ends, so that those before the range are passed over at once.
    var low = 0
    var high = aborted.count
    while low < high {
      let middle = (low + high) / 2
      if aborted[middle].lastOffset < start { low = middle + 1 } else { high = middle }
    }
    return aborted[low...].filter { $0.firstOffset < end }
  }

  /// How a transaction ended.
  enum Outcome {
    case committed
    case aborted
    case open
  }

  /// How the transaction ended to which a producer's batch at `offset` belongs.
  func outcome(of producerID: Int64, at offset: Offset) -> Outcome {
    if let first = open[producerID], first <= offset { return .open }
    let isAborted = aborted(from: offset, to: offset.advanced(by: 1)).contains { $0.producerID == producerID }
    return isAborted ? .aborted : .committed
  }

  /// Forgets producers that were not heard of for a while and have nothing open, and what lies before an offset.
  ///
  /// - Parameters:
  ///   - now: the time in milliseconds since 1970.
  ///   - lifetime: the while, in milliseconds.
  mutating func forget(now: Int64, lifetime: Int64, before offset: Offset) {
    for (id, producer) in producers where producer.lastHeard > now { producers[id]?.lastHeard = now }
    producers = producers.filter { $0.value.openSince != nil || now - $0.value.lastHeard <= lifetime }
    aborted.removeAll { $0.lastOffset < offset }
  }

  /// How many places `last` is after `first`.
  private static func distance(from first: Int32, to last: Int32) -> Int64 {
    (Int64(last) - Int64(first)) & 0x7fff_ffff
  }

  /// A sequence number some places later: after 2³¹ − 1 comes 0.
  static func sequence(_ sequence: Int32, advancedBy count: Int32) -> Int32 {
    Int32((Int64(sequence) + Int64(count)) & 0x7fff_ffff)
  }
}

/// A transaction whose records readers of committed records pass over.
public struct AbortedTransaction: Sendable, Equatable {
  /// Its producer.
  public let producerID: Int64
  /// The offset of its first record in the partition.
  public let firstOffset: Offset
  /// The offset of the marker that ended it.
  public let lastOffset: Offset
}
