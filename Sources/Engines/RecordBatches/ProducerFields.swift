/// What a producer that numbers its batches writes into them.
public struct ProducerFields: Equatable, Sendable {
  /// Its id; −1 for none.
  public var id: Int64
  /// Its epoch; −1 for none.
  public var epoch: Int16
  /// The number of the batch's first record; −1 for none.
  public var baseSequence: Int32
  /// Whether the batch is part of a transaction.
  public var isTransactional: Bool

  /// The fields of a producer.
  public init(id: Int64, epoch: Int16, baseSequence: Int32, isTransactional: Bool = false) {
    self.id = id
    self.epoch = epoch
    self.baseSequence = baseSequence
    self.isTransactional = isTransactional
  }

  /// A producer that does not number its batches.
  public static let none = ProducerFields(id: -1, epoch: -1, baseSequence: -1)
}
