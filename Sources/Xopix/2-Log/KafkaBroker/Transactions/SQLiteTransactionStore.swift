internal import GRDB

/// Keeps transactional ids in a SQLite database, synced at every write.
final class SQLiteTransactionStore: TransactionStore {
  /// The database's `user_version`.
  static let formatVersion = 1

  private static let schema = """
    CREATE TABLE IF NOT EXISTS transactional_ids (
      transactional_id TEXT PRIMARY KEY, producer_id INTEGER NOT NULL, epoch INTEGER NOT NULL,
      previous_producer_id INTEGER, previous_epoch INTEGER, timeout_ms INTEGER NOT NULL, phase TEXT NOT NULL,
      updated_at INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS producer_ids (
      id INTEGER PRIMARY KEY CHECK (id = 1), next INTEGER NOT NULL) STRICT;
    INSERT OR IGNORE INTO producer_ids (id, next) VALUES (1, 0);
    PRAGMA user_version = \(formatVersion);
    """

  /// With which a write is synced before it returns.
  static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    }
    return configuration
  }

  private let path: String
  private let database: DatabaseQueue

  /// The store in the file at `path`, which is made where it does not exist.
  init(path: String) throws {
    self.path = path
    database = try DatabaseQueue(path: path, configuration: Self.configuration)
    let version = try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
    guard version <= Self.formatVersion else {
      throw TransactionStoreError.futureVersion(path: path, version: version)
    }
    try database.write { try $0.execute(sql: Self.schema) }
  }

  func load() throws -> [StoredTransaction] {
    try database.read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM transactional_ids ORDER BY transactional_id").map { row in
        let id: String = row["transactional_id"]
        // Wider than they should be, so that a damaged row is an error.
        let epoch: Int64 = row["epoch"]
        let previousID: Int64? = row["previous_producer_id"]
        let previousEpoch: Int64? = row["previous_epoch"]
        guard let epoch = Int16(exactly: epoch), let phase = StoredTransaction.Phase(rawValue: row["phase"]) else {
          throw TransactionStoreError.damaged(path: path, transactionalID: id)
        }
        var previous: Transaction.ProducerIdentity?
        if let previousID, let previousEpoch {
          guard let epoch = Int16(exactly: previousEpoch) else {
            throw TransactionStoreError.damaged(path: path, transactionalID: id)
          }
          previous = Transaction.ProducerIdentity(id: previousID, epoch: epoch)
        }
        return StoredTransaction(
          id: id, producer: Transaction.ProducerIdentity(id: row["producer_id"], epoch: epoch), previous: previous,
          timeoutMilliseconds: row["timeout_ms"], phase: phase, updatedAt: row["updated_at"])
      }
    }
  }

  func save(_ transaction: StoredTransaction) throws {
    try database.write { database in
      try database.execute(
        sql: """
          INSERT INTO transactional_ids (transactional_id, producer_id, epoch, previous_producer_id, previous_epoch,
            timeout_ms, phase, updated_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (transactional_id) DO UPDATE SET producer_id = excluded.producer_id, epoch = excluded.epoch,
            previous_producer_id = excluded.previous_producer_id, previous_epoch = excluded.previous_epoch,
            timeout_ms = excluded.timeout_ms, phase = excluded.phase, updated_at = excluded.updated_at
          """,
        arguments: [
          transaction.id, transaction.producer.id, transaction.producer.epoch, transaction.previous?.id,
          transaction.previous?.epoch, transaction.timeoutMilliseconds, transaction.phase.rawValue,
          transaction.updatedAt,
        ])
    }
  }

  func remove(_ ids: [String]) throws {
    try database.write { database in
      for id in ids {
        try database.execute(sql: "DELETE FROM transactional_ids WHERE transactional_id = ?", arguments: [id])
      }
    }
  }

  func takeProducerIDs(_ count: Int64) throws -> Int64 {
    try database.write { database in
      let first = try Int64.fetchOne(database, sql: "SELECT next FROM producer_ids") ?? 0
      try database.execute(sql: "UPDATE producer_ids SET next = ?", arguments: [first + count])
      return first
    }
  }

  func close() {
    // What is left of closing is SQLite's: nothing is lost where it fails.
    _ = try? database.close()
  }
}
