/// A table's texts one after the other, in order, each with its first bytes, which most texts differ in.
struct TextWalk {
  private let table: TextTable
  private(set) var index = 0
  /// The first eight bytes, ordered as the texts are.
  private var key: UInt64 = 0

  init(_ table: TextTable) {
    self.table = table
    readKey()
  }

  var isOver: Bool { index >= table.count }

  /// The bytes of the text.
  var bytes: [UInt8] { table.bytes(index) }

  mutating func advance() {
    index += 1
    readKey()
  }

  private mutating func readKey() { if !isOver { key = table.key(index) } }

  /// Below 0 where the text comes before that of another walk, 0 where both are alike.
  func compare(with other: TextWalk) -> Int {
    if key != other.key { return key < other.key ? -1 : 1 }
    return table.compare(index, with: other.table, other.index)
  }
}
