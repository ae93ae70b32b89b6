internal import GRDB

/// The tables, and the statements on them.
extension SQLiteOffsetStore {
  static let schema = """
    CREATE TABLE IF NOT EXISTS groups (
      group_id TEXT PRIMARY KEY NOT NULL,
      protocol_type TEXT,
      generation INTEGER NOT NULL,
      changed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS offsets (
      group_id TEXT NOT NULL,
      topic TEXT NOT NULL,
      partition INTEGER NOT NULL,
      committed_offset INTEGER NOT NULL,
      leader_epoch INTEGER NOT NULL,
      metadata TEXT NOT NULL,
      committed_at INTEGER NOT NULL,
      expires_at INTEGER,
      sequence INTEGER NOT NULL,
      PRIMARY KEY (group_id, topic, partition)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS pending_offsets (
      producer_id INTEGER NOT NULL,
      group_id TEXT NOT NULL,
      topic TEXT NOT NULL,
      partition INTEGER NOT NULL,
      committed_offset INTEGER NOT NULL,
      leader_epoch INTEGER NOT NULL,
      metadata TEXT NOT NULL,
      committed_at INTEGER NOT NULL,
      expires_at INTEGER,
      sequence INTEGER NOT NULL,
      PRIMARY KEY (producer_id, group_id, topic, partition)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = \(formatVersion);
    """

  private static let columns =
    "group_id, topic, partition, committed_offset, leader_epoch, metadata, committed_at, expires_at, sequence"

  private static let replacement = """
    DO UPDATE SET committed_offset = excluded.committed_offset, leader_epoch = excluded.leader_epoch,
    metadata = excluded.metadata, committed_at = excluded.committed_at, expires_at = excluded.expires_at,
    sequence = excluded.sequence
    """

  private static let commitStatement = """
    INSERT INTO offsets (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (group_id, topic, partition) \(replacement) WHERE excluded.sequence >= offsets.sequence
    """

  private static let pendStatement = """
    INSERT INTO pending_offsets (\(columns), producer_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (producer_id, group_id, topic, partition) \(replacement)
    WHERE excluded.sequence >= pending_offsets.sequence
    """

  static func write(_ change: OffsetChange, to database: Database) throws {
    switch change {
    case .saveGroup(let group):
      try run(
        """
        INSERT INTO groups (group_id, protocol_type, generation, changed_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (group_id) DO UPDATE SET protocol_type = excluded.protocol_type,
        generation = excluded.generation, changed_at = excluded.changed_at
        """, [group.groupID, group.protocolType, group.generation, group.changedAt], on: database)
    case .removeGroup(let group):
      for table in ["groups", "offsets", "pending_offsets"] {
        try run("DELETE FROM \(table) WHERE group_id = ?", [group], on: database)
      }
    case .commit(let group, let offsets):
      for offset in offsets { try run(commitStatement, arguments(group, offset), on: database) }
    case .remove(let group, let keys):
      for key in keys {
        for table in ["offsets", "pending_offsets"] {
          try run(
            "DELETE FROM \(table) WHERE group_id = ? AND topic = ? AND partition = ?",
            [group, key.topic, key.partition], on: database)
        }
      }
    case .forget(let topic):
      for table in ["offsets", "pending_offsets"] {
        try run("DELETE FROM \(table) WHERE topic = ?", [topic], on: database)
      }
    case .pend(let producer, let group, let offsets):
      for offset in offsets {
        try run(pendStatement, arguments(group, offset) + [producer], on: database)
      }
    case .settle(let producer, let sequence):
      try run(
        "DELETE FROM pending_offsets WHERE producer_id = ? AND sequence <= ?", [producer, sequence], on: database)
    }
  }

  private static func arguments(_ group: String, _ stored: StoredOffset) -> StatementArguments {
    let value = stored.value
    return [
      group, stored.key.topic, stored.key.partition, value.offset, value.leaderEpoch, value.metadata,
      value.committedAt, value.expiresAt, value.sequence,
    ]
  }

  private static func run(_ sql: String, _ arguments: StatementArguments, on database: Database) throws {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  /// Reads all tables. Values are checked: a damaged database is an error, and no trap.
  static func load(from database: Database) throws -> StoredGroups {
    var stored = StoredGroups()
    let groups = try Row.fetchCursor(
      database, sql: "SELECT group_id, protocol_type, generation, changed_at FROM groups ORDER BY group_id")
    while let row = try groups.next() {
      stored.groups.append(
        GroupRecord(
          groupID: try row.decode(atIndex: 0), protocolType: try row.decode(atIndex: 1),
          generation: try row.decode(atIndex: 2), changedAt: try row.decode(atIndex: 3)))
    }
    let offsets = try Row.fetchCursor(database, sql: "SELECT \(columns) FROM offsets")
    while let row = try offsets.next() {
      stored.offsets[try row.decode(atIndex: 0), default: []].append(try offset(in: row))
    }
    let pending = try Row.fetchCursor(database, sql: "SELECT \(columns), producer_id FROM pending_offsets")
    while let row = try pending.next() {
      stored.pending.append(
        StoredGroups.Pending(
          producer: try row.decode(atIndex: 9), group: try row.decode(atIndex: 0), offset: try offset(in: row)))
    }
    return stored
  }

  private static func offset(in row: Row) throws -> StoredOffset {
    StoredOffset(
      key: OffsetKey(topic: try row.decode(atIndex: 1), partition: try row.decode(atIndex: 2)),
      value: CommittedOffset(
        offset: try row.decode(atIndex: 3), leaderEpoch: try row.decode(atIndex: 4),
        metadata: try row.decode(atIndex: 5), committedAt: try row.decode(atIndex: 6),
        expiresAt: try row.decode(atIndex: 7), sequence: try row.decode(atIndex: 8)))
  }
}
