internal import ByteCoding
internal import Foundation
internal import GRDB
internal import Synchronization

/// Keeps answers by idempotency key for 24 hours, in a SQLite database, so that they outlive the process.
final class IdempotencyStore: Sendable {
  /// What to do with a request that carries a key.
  enum Beginning: Sendable, Equatable {
    /// It is the first one: do it, then call `finish` or `abandon`.
    case started
    /// It was answered so.
    case replayed(status: Int, body: [UInt8])
    /// The key came with another request.
    case otherRequest
    /// The first one is being worked on.
    case inUse
  }

  /// How long an answer is kept, in microseconds.
  static let retention: Int64 = 24 * 3600 * 1_000_000
  /// Outdated answers are removed each time that so many were added.
  private static let purgeInterval = 256

  private let database: DatabaseQueue
  private let running = Mutex<Set<String>>([])
  private let added = Mutex(0)

  /// The store in the file at `path`, which is made where it does not exist.
  init(path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      // An answer is promised to outlive a power loss.
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    database = try DatabaseQueue(path: path, configuration: configuration)
    try database.write { database in
      try database.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS idempotency_answers (
            key TEXT PRIMARY KEY NOT NULL,
            fingerprint BLOB NOT NULL,
            status INTEGER NOT NULL,
            body BLOB NOT NULL,
            created_at INTEGER NOT NULL
          ) WITHOUT ROWID;
          CREATE INDEX IF NOT EXISTS idempotency_answers_by_age ON idempotency_answers (created_at);
          """)
    }
  }

  /// What tells requests apart: 128 bits of hash over endpoint and body, and the body's length.
  static func fingerprint(path: String, body: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writePrefixed(path)
    writer.write(UInt64(body.count))
    writer.write(XXHash64.hash(body.rawBytes, seed: 0x5851_f42d_4c95_7f2d))
    writer.write(XXHash64.hash(body.rawBytes, seed: 0x1405_7b7e_f767_814f))
    return writer.bytes
  }

  /// Claims a key for a request, or says what became of the earlier one.
  func begin(key: String, fingerprint: [UInt8], now: Timestamp) async throws -> Beginning {
    guard running.withLock({ $0.insert(key).inserted }) else { return .inUse }
    do {
      let known = try await database.read { database in
        try Row.fetchOne(
          database,
          sql: "SELECT fingerprint, status, body FROM idempotency_answers WHERE key = ? AND created_at > ?",
          arguments: [key, now.rawValue - Self.retention]
        )
        .map {
          (fingerprint: [UInt8]($0["fingerprint"] as Data), status: $0["status"] as Int, body: $0["body"] as Data)
        }
      }
      guard let known else { return .started }
      abandon(key: key)
      return known.fingerprint == fingerprint
        ? .replayed(status: known.status, body: [UInt8](known.body)) : .otherRequest
    } catch {
      abandon(key: key)
      throw error
    }
  }

  /// Keeps the answer of a request that was begun; durable when it returns.
  func finish(key: String, fingerprint: [UInt8], status: Int, body: [UInt8], now: Timestamp) async throws {
    let purges = added.withLock { added in
      added += 1
      return added % Self.purgeInterval == 1
    }
    try await database.write { database in
      if purges {
        try database.execute(
          sql: "DELETE FROM idempotency_answers WHERE created_at <= ?", arguments: [now.rawValue - Self.retention])
      }
      try database.execute(
        sql: """
          INSERT OR REPLACE INTO idempotency_answers (key, fingerprint, status, body, created_at) VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [key, Data(fingerprint), status, Data(body), now.rawValue])
    }
    abandon(key: key)
  }

  /// Lets go of a key whose request failed: it may be tried again.
  func abandon(key: String) {
    running.withLock { _ = $0.remove(key) }
  }
}
