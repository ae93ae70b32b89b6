internal import GRDB

/// Keeps transactional ids and the next producer id in SQLite. Every write outlives a loss of power when it returns.
final class TransactionStore: Sendable {
  private let database: DatabaseQueue

  init(path: String) throws {
    var configuration = Configuration()
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    }
    database = try DatabaseQueue(path: path, configuration: configuration)
    try database.write { database in
      try database.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS transactions (
            transactional_id TEXT PRIMARY KEY, producer_id INTEGER NOT NULL, epoch INTEGER NOT NULL,
            timeout_ms INTEGER NOT NULL, is_commit INTEGER, updated_at INTEGER NOT NULL) STRICT;
          CREATE TABLE IF NOT EXISTS producer_ids (
            id INTEGER PRIMARY KEY CHECK (id = 1), next INTEGER NOT NULL) STRICT;
          INSERT OR IGNORE INTO producer_ids (id, next) VALUES (1, 0);
          """)
    }
  }

  func load() throws -> [StoredTransaction] {
    try database.read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM transactions ORDER BY transactional_id").map { row in
        StoredTransaction(
          id: row["transactional_id"], producerID: row["producer_id"], epoch: row["epoch"],
          timeoutMilliseconds: row["timeout_ms"], decision: row["is_commit"], updatedAt: row["updated_at"])
      }
    }
  }

  func save(_ transaction: StoredTransaction) throws {
    try database.write { database in
      try database.execute(
        sql: """
          INSERT INTO transactions (transactional_id, producer_id, epoch, timeout_ms, is_commit, updated_at)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (transactional_id) DO UPDATE SET producer_id = excluded.producer_id, epoch = excluded.epoch,
            timeout_ms = excluded.timeout_ms, is_commit = excluded.is_commit, updated_at = excluded.updated_at
          """,
        arguments: [
          transaction.id, transaction.producerID, transaction.epoch, transaction.timeoutMilliseconds,
          transaction.decision, transaction.updatedAt,
        ])
    }
  }

  func remove(_ ids: [String]) throws {
    try database.write { database in
      for id in ids {
        try database.execute(sql: "DELETE FROM transactions WHERE transactional_id = ?", arguments: [id])
      }
    }
  }

  /// Takes `count` producer ids that nobody had before; returns the first.
  func takeProducerIDs(_ count: Int64) throws -> Int64 {
    try database.write { database in
      let first = try Int64.fetchOne(database, sql: "SELECT next FROM producer_ids") ?? 0
      try database.execute(sql: "UPDATE producer_ids SET next = ?", arguments: [first + count])
      return first
    }
  }

  func close() { try? database.close() }
}
