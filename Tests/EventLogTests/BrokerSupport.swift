import ByteCoding
import Foundation
import RecordBatches
import Synchronization
import Testing

@testable import EventLog

/// A producer that numbers its batches, as a client of a broker does.
struct NumberingProducer {
  let id: Int64
  var epoch: Int16 = 0
  var sequence: Int32 = 0
  var isTransactional = false

  /// The batch of `records` from `sequence` on.
  func batch(_ records: [Record], sequence: Int32, compression: Compression = .none) throws -> [UInt8] {
    try RecordBatchEncoder.encode(
      records, compression: compression,
      producer: ProducerFields(id: id, epoch: epoch, baseSequence: sequence, isTransactional: isTransactional))
  }

  /// Sends records with the next numbers.
  @discardableResult
  mutating func send(
    _ records: [Record], to name: TopicPartition = .first, of log: EventLog, now: Int64 = 0
  ) throws -> Appended {
    let appended = try log.appendRaw(batch(records, sequence: sequence), to: name, now: now)
    sequence = ProducerStates.sequence(sequence, advancedBy: Int32(records.count))
    return appended
  }

  /// Ends its transaction.
  @discardableResult
  func end(
    commits: Bool, in name: TopicPartition = .first, of log: EventLog, now: Int64 = 0
  ) throws -> Appended {
    try log.appendMarker(
      to: name, producerID: id, epoch: epoch, coordinatorEpoch: 0, isCommit: commits, now: now)
  }
}

/// A record in a partition, as a test compares it.
struct Stored: Hashable, CustomStringConvertible {
  let offset: Int64
  let key: String?
  let value: String?

  var description: String { "\(offset): \(key ?? "-") = \(value ?? "-")" }
}

extension Stored {
  init(_ record: Record, _ offset: Offset) {
    self.init(
      offset: offset.rawValue, key: record.key.map { String(decoding: $0, as: UTF8.self) },
      value: record.value.map { String(decoding: $0, as: UTF8.self) })
  }
}

extension EventLog {
  /// Appends a batch as a broker does: checked first.
  @discardableResult
  func appendRaw(_ batch: [UInt8], to name: TopicPartition = .first, now: Int64 = 0) throws -> Appended {
    let header = try ProducedBatch.validate(batch.rawBytes)
    return try append(batch.rawBytes, header: header, to: name, now: now)
  }

  /// What a consumer is given who reads from the start, slice by slice, and passes over what is cut off at their ends,
  /// markers and, where it reads committed records only, aborted transactions; checks each slice.
  func consumed(
    _ name: TopicPartition = .first, from first: Int64? = nil, maxBytes: Int = 300,
    isolation: Isolation = .readUncommitted
  ) throws -> [Stored] {
    var offset = first.map { Offset(rawValue: $0) } ?? startOffset(of: name)
    var stored: [Stored] = []
    while true {
      let slice = try slice(of: name, from: offset, maxBytes: maxBytes, isolation: isolation)
      let bytes = try slice.read()
      try #require(bytes.count == slice.byteCount)
      let batches = try RecordBatchView.batches(in: bytes)
      try #require(slice.byteCount == 0 || !batches.isEmpty)
      // The first batch is whole even where it is larger than the limit; otherwise the limit holds.
      try #require(bytes.count <= max(maxBytes, batches.first?.bytes.count ?? 0))
      if batches.isEmpty { return stored }
      var aborted: Set<Int64> = []
      for batch in batches {
        try #require(batch.nextOffset > offset)
        if isolation == .readCommitted {
          try #require(batch.nextOffset <= slice.lastStableOffset)
          for transaction in slice.aborted where transaction.firstOffset < batch.nextOffset {
            if batch.baseOffset <= transaction.lastOffset { aborted.insert(transaction.producerID) }
          }
        }
        defer { offset = batch.nextOffset }
        if batch.isControlBatch {
          aborted.remove(batch.producerID)
          continue
        }
        if batch.isTransactional, aborted.contains(batch.producerID) { continue }
        for (record, place) in try batch.placedRecords() where place >= offset { stored.append(Stored(record, place)) }
      }
    }
  }

  /// The records that a reader of the order over all partitions is given, by partition; checks that ordinals ascend.
  func ordered(topics: Set<String>? = nil, maxBytes: Int = 500) throws -> [TopicPartition: [Stored]] {
    var stored: [TopicPartition: [Stored]] = [:]
    var ordinal: UInt64 = 0
    while true {
      let read = try readInOrder(from: ordinal, maxBytes: maxBytes, topics: topics)
      for batch in read.batches {
        try #require(batch.ordinal >= ordinal && batch.ordinal < read.nextOrdinal)
        ordinal = batch.ordinal + 1
        let view = try RecordBatchView(batch.bytes)
        try #require(view.baseOffset == batch.baseOffset && view.nextOffset == batch.nextOffset)
        guard !view.isControlBatch else { continue }
        for (record, place) in try view.placedRecords() {
          stored[batch.topicPartition, default: []].append(Stored(record, place))
        }
      }
      if read.nextOrdinal == ordinal, read.batches.isEmpty { return stored }
      ordinal = read.nextOrdinal
    }
  }
}

/// A record with a key and a value of text; no value is a tombstone.
func keyed(_ key: String, _ value: String?, at time: Int64 = 0) -> Record {
  Record(key: Array(key.utf8), value: value.map { Array($0.utf8) }, timestampMilliseconds: time)
}

extension TemporaryFolder {
  /// The files of a directory in it.
  func files(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + directory).sorted()
  }
}

extension TopicPartition {
  /// The partition of most tests.
  static let first = TopicPartition(topic: "a", partition: 0)
}

extension TemporaryFolder {
  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
  }
}
