import EventLog
import RecordBatches
import Testing

@Suite("Damage to what was durable")
struct DamageTests {
  static let earlierSegment = "a-0/00000000000000000000.log"

  @Test("a changed byte in a closed log is never read as a record that was not written")
  func changedBytes() throws {
    let abandoned = try AbandonedLog(isClosed: true)
    for file in [AbandonedLog.lastSegment, Self.earlierSegment, "order.journal"] {
      let bytes = try abandoned.folder.read(file)
      for index in bytes.indices {
        let copy = try TemporaryFolder(copyOf: abandoned.folder)
        var changed = bytes
        changed[index] ^= 1 << UInt8(index % 8)
        try copy.write(changed, as: file)
        let log: EventLog
        do throws(EventLogError) {
          log = try EventLog.open(directory: copy.path, configuration: abandoned.configuration)
        } catch {
          // A typed error is an answer too.
          continue
        }
        let isWhole = log.verify().isEmpty
        for (partition, expected) in abandoned.naive.records {
          do {
            let records = try log.allRecords(of: partition)
            #expect(expected.starts(with: records), "\(file), byte \(index)")
          } catch let error as EventLogError {
            guard case .damaged = error else { throw error }
            #expect(!isWhole, "\(file), byte \(index)")
          }
        }
        if isWhole { _ = try log.allInOrder() }
      }
    }
  }

  @Test("a damaged batch header in what was durable is found by reading and verifying, and nothing is cut off")
  func damagedDurableHeader() throws {
    let abandoned = try AbandonedLog(isClosed: true)
    var bytes = try abandoned.folder.read(AbandonedLog.lastSegment)
    bytes[7] ^= 1
    try abandoned.folder.write(bytes, as: AbandonedLog.lastSegment)
    let log = try EventLog.open(directory: abandoned.folder.path, configuration: abandoned.configuration)
    #expect(log.verify().map(\.position) == [0])
    do {
      let records = try log.allRecords(of: partition("a"))
      Issue.record("read \(records.count) records")
    } catch {}
    #expect(try abandoned.folder.read(AbandonedLog.lastSegment) == bytes)
  }

  @Test("an earlier segment that is cut is refused, and left as it is", arguments: [false, true])
  func cutEarlierSegment(isClosed: Bool) throws {
    let abandoned = try AbandonedLog(isClosed: isClosed)
    let bytes = try abandoned.folder.read(Self.earlierSegment)
    for count in stride(from: 0, to: bytes.count, by: 7) {
      let copy = try TemporaryFolder(copyOf: abandoned.folder)
      let cut = Array(bytes[..<count])
      try copy.write(cut, as: Self.earlierSegment)
      do throws(EventLogError) {
        _ = try EventLog.open(directory: copy.path, configuration: abandoned.configuration)
        Issue.record("opened with \(count) bytes")
      } catch {
        guard case .damaged(copy.path + "/" + Self.earlierSegment, _, _) = error else {
          Issue.record("\(count) bytes: \(error)")
          continue
        }
      }
      #expect(try copy.read(Self.earlierSegment) == cut)
    }
  }

  @Test("a changed record in an open log is found by reading and by verifying, and the rest is read")
  func changedWhileOpen() throws {
    let abandoned = try AbandonedLog(isClosed: true)
    let log = try EventLog.open(directory: abandoned.folder.path, configuration: abandoned.configuration)
    var bytes = try abandoned.folder.read(AbandonedLog.lastSegment)
    bytes[bytes.count - 1] ^= 1
    // Written in place: the log has the file open.
    try abandoned.folder.overwrite(AbandonedLog.lastSegment, with: bytes)
    let last = try #require(try RecordBatchView.batches(in: abandoned.folder.read(Self.earlierSegment)).first)
    #expect(last.baseOffset.rawValue == 0)
    let damages = log.verify()
    #expect(damages.count == 1)
    #expect(damages.first?.file == abandoned.folder.path + "/" + AbandonedLog.lastSegment)
    #expect(throws: EventLogError.self) { try log.allRecords(of: partition("a")) }
    #expect(try log.allRecords(of: partition("b")) == abandoned.naive.records[partition("b")])
    do throws(EventLogError) {
      let end = log.endOffset(of: partition("a"))
      _ = try log.read(partition("a"), from: end.advanced(by: -1), maxBytes: 1)
    } catch {
      guard case .damaged(let file, let position, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(file == damages.first?.file)
      #expect(position == damages.first?.position)
    }
  }

  @Test("an order journal of another kind or version is refused")
  func foreignJournal() throws {
    let abandoned = try AbandonedLog(isClosed: true)
    for index in 0..<12 {
      let copy = try TemporaryFolder(copyOf: abandoned.folder)
      var bytes = try copy.read("order.journal")
      bytes[index] ^= 0x40
      try copy.write(bytes, as: "order.journal")
      #expect(throws: EventLogError.self) { try EventLog.open(directory: copy.path) }
      #expect(try copy.read("order.journal") == bytes)
    }
  }

  @Test("a damaged partition table is refused, and nothing is changed")
  func damagedTable() throws {
    let abandoned = try AbandonedLog(isClosed: true)
    let bytes = try abandoned.folder.read("partitions")
    for index in bytes.indices {
      let copy = try TemporaryFolder(copyOf: abandoned.folder)
      var changed = bytes
      changed[index] ^= 1 << UInt8(index % 8)
      try copy.write(changed, as: "partitions")
      #expect(throws: EventLogError.self) { try EventLog.open(directory: copy.path) }
      #expect(try copy.read(AbandonedLog.lastSegment) == abandoned.folder.read(AbandonedLog.lastSegment))
      #expect(try copy.read("order.journal") == abandoned.folder.read("order.journal"))
    }
  }
}
