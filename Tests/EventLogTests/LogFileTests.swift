import RecordBatches
import Testing

@testable import EventLog

@Suite("The log's own files")
struct LogFileTests {
  static let journal: [UInt8] = [
    0x58, 0x4f, 0x50, 0x49, 0x58, 0x4f, 0x52, 0x44, 0x01, 0x00, 0x00, 0x00,  // magic, version
    0x01, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x05, 0x04, 0x03, 0x02, 0x01, 0x00, 0x00, 0x00,
    0x70, 0x11, 0x01, 0x00, 0xec, 0xa7, 0xca, 0x95,
    0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0xc0, 0x5b, 0xc9, 0x4e,
  ]

  static let entries = [
    OrderJournal.Entry(partition: 1, recordCount: 3, baseOffset: Offset(rawValue: 0x01_0203_0405), position: 70_000),
    OrderJournal.Entry(partition: 0, recordCount: 1, baseOffset: Offset(rawValue: 0), position: 0),
  ]

  /// As version 1 wrote it: partitions alone.
  static let tableOfVersion1: [UInt8] = [
    0x58, 0x4f, 0x50, 0x49, 0x58, 0x50, 0x41, 0x52, 0x01, 0x00, 0x00, 0x00,  // magic, version
    0x02, 0x06, 0x6f, 0x72, 0x64, 0x65, 0x72, 0x73, 0x00, 0x01, 0x62, 0xac, 0x02,
    0x54, 0x74, 0x4a, 0x9f,
  ]

  static let table: [UInt8] = [
    0x58, 0x4f, 0x50, 0x49, 0x58, 0x50, 0x41, 0x52, 0x02, 0x00, 0x00, 0x00,  // magic, version
    0x03, 0x06, 0x6f, 0x72, 0x64, 0x65, 0x72, 0x73, 0x00, 0x00, 0x00, 0x01, 0x62, 0xac, 0x02,  // partitions
    0x01, 0x06, 0x6f, 0x72, 0x64, 0x65, 0x72, 0x73,  // one topic: name, id, settings
    0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x08, 0x66, 0x6c, 0x75, 0x73, 0x68, 0x2e, 0x6d, 0x73, 0x01, 0x35,
    0x40, 0x1a, 0x10, 0x0c,
  ]

  static var topicTable: TopicTable {
    var table = TopicTable()
    table.partitions = [partition("orders"), nil, partition("b", 300)]
    table.topics = [
      TopicTable.Topic(name: "orders", id: TopicID(high: 2, low: 3), settings: ["flush.ms": "5"])
    ]
    return table
  }

  static let covered: [UInt8] = [0x07, 0x02, 0x00, 0x05, 0x03, 0xc8, 0x01, 0x59, 0x5d, 0xb5, 0x5a]

  static let coverage = OrderCoverage(count: 7, ends: [0: Offset(rawValue: 5), 3: Offset(rawValue: 200)])

  @Test("the order journal is 24 bytes an entry after its header")
  func journalBytes() throws {
    let folder = try TemporaryFolder()
    var report = RecoveryReport()
    var journal = try OrderJournal(directory: folder.path, report: &report)
    try journal.append([Self.entries[0]])
    try journal.append([Self.entries[1]])
    #expect(try folder.read("order.journal") == Self.journal)
    let opened = try OrderJournal(directory: folder.path, report: &report)
    #expect(opened.count == 2)
    #expect(try opened.entries(from: 0, limit: 10) == Self.entries)
    #expect(try opened.entries(from: 1, limit: 1) == [Self.entries[1]])
    #expect(try opened.entries(from: 2, limit: 1).isEmpty)
    #expect(report == RecoveryReport())
  }

  @Test("a journal cut at any byte keeps its whole entries")
  func journalTruncation() throws {
    for count in 0...Self.journal.count {
      let folder = try TemporaryFolder()
      try folder.write(Array(Self.journal[..<count]), as: "order.journal")
      var report = RecoveryReport()
      let journal = try OrderJournal(directory: folder.path, report: &report)
      let whole = max(0, count - 12) / 24
      #expect(journal.count == UInt64(whole))
      #expect(try journal.entries(from: 0, limit: 10) == Array(Self.entries.prefix(whole)))
      #expect(try folder.read("order.journal") == Array(Self.journal[..<(12 + 24 * whole)]))
    }
  }

  @Test("every flipped bit of a journal is found: in the header when it is opened, in an entry when that is read")
  func journalBits() throws {
    let folder = try TemporaryFolder()
    for index in Self.journal.indices {
      var bytes = Self.journal
      bytes[index] ^= 1 << UInt8(index % 8)
      try folder.write(bytes, as: "order.journal")
      var report = RecoveryReport()
      guard index >= 12 else {
        #expect(throws: EventLogError.self) { try OrderJournal(directory: folder.path, report: &report) }
        continue
      }
      let journal = try OrderJournal(directory: folder.path, report: &report)
      #expect(
        throws: EventLogError.damaged(
          file: folder.path + "/order.journal", position: 12 + (index - 12) / 24 * 24,
          reason: "an entry's checksum is wrong")
      ) { try journal.entries(from: 0, limit: 10) }
      let other: UInt64 = index < 36 ? 1 : 0
      #expect(try journal.entries(from: other, limit: 1) == [Self.entries[Int(other)]])
    }
  }

  @Test("the table of topics is written and read byte for byte")
  func tableBytes() throws {
    let folder = try TemporaryFolder()
    #expect(try TopicTable.read(directory: folder.path) == TopicTable())
    try Self.topicTable.write(directory: folder.path)
    #expect(try folder.read("partitions") == Self.table)
    #expect(try TopicTable.read(directory: folder.path) == Self.topicTable)
  }

  @Test("a table of version 1 is read, and its topics get ids and default settings")
  func tableOfVersion1() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.tableOfVersion1, as: "partitions")
    let table = try TopicTable.read(directory: folder.path)
    #expect(table.partitions == [partition("orders"), partition("b", 300)])
    #expect(table.topics == [TopicTable.Topic(name: "orders", id: TopicID(name: "orders", number: 0), settings: [:])])
  }

  @Test("a partition table that is cut or changed anywhere is refused")
  func tableDamage() throws {
    let folder = try TemporaryFolder()
    for index in Self.table.indices {
      var bytes = Self.table
      bytes[index] ^= 1 << UInt8(index % 8)
      for damaged in [bytes, Array(Self.table[..<index])] {
        try folder.write(damaged, as: "partitions")
        do throws(EventLogError) {
          Issue.record("read \(try TopicTable.read(directory: folder.path)) at byte \(index)")
        } catch {
          guard case .damaged(folder.path + "/partitions", 0, _) = error else {
            Issue.record("byte \(index): \(error)")
            continue
          }
        }
      }
    }
  }

  @Test("what the journal covers is written and read byte for byte")
  func coverageBytes() throws {
    let folder = try TemporaryFolder()
    #expect(OrderCoverage.read(directory: folder.path) == OrderCoverage())
    try Self.coverage.write(directory: folder.path)
    #expect(try folder.read("order.covered") == Self.covered)
    #expect(OrderCoverage.read(directory: folder.path) == Self.coverage)
  }

  @Test("a damaged hint of what is covered is no hint")
  func coverageDamage() throws {
    let folder = try TemporaryFolder()
    for index in Self.covered.indices {
      var bytes = Self.covered
      bytes[index] ^= 1 << UInt8(index % 8)
      for damaged in [bytes, Array(Self.covered[..<index])] {
        try folder.write(damaged, as: "order.covered")
        #expect(OrderCoverage.read(directory: folder.path) == OrderCoverage(), "byte \(index)")
      }
    }
  }

  @Test("segments are named by 20 digits, and other files are no segments")
  func segmentNames() {
    for offset in [0, 1, 12_345, Int64.max] {
      let name = Segment.fileName(baseOffset: Offset(rawValue: offset))
      #expect(name.utf8.count == 24)
      #expect(Segment.baseOffset(ofFile: name)?.rawValue == offset)
    }
    for name in [
      "", ".log", "0.log", "00000000000000000000.index", "99999999999999999999.log", "0000000000000000000x.log",
    ] {
      #expect(Segment.baseOffset(ofFile: name) == nil, "\(name)")
    }
  }
}
