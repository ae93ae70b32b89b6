import Foundation
import GRDB
import Testing

@testable import KafkaBroker

@Suite("Transactional ids in SQLite")
struct SQLiteTransactionStoreTests {
  private func withStorePath(_ body: (String) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("transactions-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory.appendingPathComponent("transactions.sqlite").path)
  }

  static func row(_ id: String, _ phase: StoredTransaction.Phase, previous: Producer? = nil) -> StoredTransaction {
    StoredTransaction(
      id: id, producer: Producer(id: 1 << 40, epoch: 32_767), previous: previous, timeoutMilliseconds: 60_000,
      phase: phase, updatedAt: 1_700_000_000_000)
  }

  @Test("what is saved is loaded after the file is opened again, in every phase")
  func roundTrip() throws {
    try withStorePath { path in
      let store = try SQLiteTransactionStore(path: path)
      #expect(try store.load().isEmpty)
      let rows = StoredTransaction.Phase.allCases.enumerated().map { number, phase in
        Self.row("id \(number) é", phase, previous: number % 2 == 0 ? Producer(id: 3, epoch: 0) : nil)
      }
      for row in rows { try store.save(row) }
      store.close()
      let again = try SQLiteTransactionStore(path: path)
      #expect(try again.load() == rows)
      var changed = rows[0]
      changed.phase = .completeAbort
      changed.previous = nil
      changed.producer = Producer(id: 9, epoch: 1)
      try again.save(changed)
      try again.remove([rows[1].id, "nobody"])
      #expect(try again.load() == [changed] + rows[2...])
      again.close()
    }
  }

  @Test("producer ids are taken in blocks, and never twice")
  func producerIDs() throws {
    try withStorePath { path in
      for block in 0..<3 as Range<Int64> {
        let store = try SQLiteTransactionStore(path: path)
        #expect(try store.takeProducerIDs(1000) == block * 2000)
        #expect(try store.takeProducerIDs(1000) == block * 2000 + 1000)
        store.close()
      }
    }
  }

  @Test("every write is synced: the journal is a WAL, and synchronous is FULL")
  func durability() throws {
    try withStorePath { path in
      let store = try SQLiteTransactionStore(path: path)
      try store.save(Self.row("a", .open))
      // Another process sees at once what was saved.
      let reader = try DatabaseQueue(path: path, configuration: SQLiteTransactionStore.configuration)
      #expect(try reader.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
      #expect(try reader.read { try String.fetchOne($0, sql: "SELECT phase FROM transactional_ids") } == "open")
      #expect(try reader.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
      store.close()
    }
  }

  @Test("a file of a later version is not touched")
  func futureVersion() throws {
    try withStorePath { path in
      try SQLiteTransactionStore(path: path).close()
      let other = try DatabaseQueue(path: path)
      try other.write { try $0.execute(sql: "PRAGMA user_version = 2") }
      #expect(throws: TransactionStoreError.futureVersion(path: path, version: 2)) {
        try SQLiteTransactionStore(path: path)
      }
    }
  }

  @Test(
    "a damaged row is an error that names it",
    arguments: ["epoch = 70000", "phase = 'undecided'", "previous_producer_id = 1, previous_epoch = -40000"])
  func damage(change: String) throws {
    try withStorePath { path in
      let store = try SQLiteTransactionStore(path: path)
      try store.save(Self.row("a", .open))
      let other = try DatabaseQueue(path: path)
      try other.write { try $0.execute(sql: "UPDATE transactional_ids SET \(change)") }
      #expect(throws: TransactionStoreError.damaged(path: path, transactionalID: "a")) { try store.load() }
      store.close()
    }
  }
}
