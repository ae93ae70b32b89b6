/// Keeps transactional ids and the next producer id. Every write outlives a loss of power when it returns.
protocol TransactionStore: Sendable {
  func load() throws -> [StoredTransaction]
  func save(_ transaction: StoredTransaction) throws
  func remove(_ ids: [String]) throws
  /// Takes `count` producer ids that nobody had before; returns the first.
  func takeProducerIDs(_ count: Int64) throws -> Int64
  func close()
}

/// Why transactional ids can't be kept.
enum TransactionStoreError: Error, Equatable, CustomStringConvertible {
  /// The database was written by a later version of the broker.
  case futureVersion(path: String, version: Int)
  /// A row holds what no broker has written; the database is damaged.
  case damaged(path: String, transactionalID: String)

  var description: String {
    switch self {
    case .futureVersion(let path, let version):
      "\(path) has version \(version), which a later release has written; run that one"
    case .damaged(let path, let id):
      "\(path): the row of transactional id \(id) is damaged; restore the file, or delete the row, which fences nobody"
    }
  }
}
