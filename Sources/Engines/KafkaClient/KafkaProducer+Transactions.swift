internal import CKafka

extension KafkaProducer {
  /// Takes over from earlier producers of the same transactional id: what they have not committed is aborted, and what
  /// they still send is refused. Needed once, before the first transaction; may be repeated where it fails.
  public func beginTransactions(milliseconds: Int32) throws(KafkaClientError) {
    // Safety: here and below, the handle lives as long as this object; an error that is given is ours to free.
    try unsafe Self.check(rd_kafka_init_transactions(handle.pointer, milliseconds), "transactions can't begin")
  }

  /// Begins a transaction; what is produced from now on belongs to it.
  public func beginTransaction() throws(KafkaClientError) {
    try unsafe Self.check(rd_kafka_begin_transaction(handle.pointer), "a transaction can't begin")
  }

  /// Makes everything of the transaction visible, all or nothing, after it has been written.
  ///
  /// Where this fails with an error that ``KafkaFault/isRetriable``, it is undecided until it is called again.
  public func commitTransaction(milliseconds: Int32) throws(KafkaClientError) {
    try unsafe Self.check(
      rd_kafka_commit_transaction(handle.pointer, milliseconds), "a transaction can't be committed")
  }

  /// Takes back everything of the transaction.
  public func abortTransaction(milliseconds: Int32) throws(KafkaClientError) {
    try unsafe Self.check(rd_kafka_abort_transaction(handle.pointer, milliseconds), "a transaction can't be aborted")
  }

  /// Whether the producer is of no more use, and why.
  public var fatalFault: KafkaFault? { handle.fatalFault() }

  private static func check(_ error: OpaquePointer?, _ what: String) throws(KafkaClientError) {
    guard let error = unsafe error else { return }
    throw .cluster(unsafe KafkaFault(consuming: error, what))
  }
}
