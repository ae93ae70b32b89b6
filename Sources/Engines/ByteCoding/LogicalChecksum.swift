/// A 128-bit checksum of a set of items, the same in whatever order they are added: two read models whose logical
/// content is equal have equal checksums, however their files are laid out.
///
/// It is the wrapping sum of two independent 64-bit hashes of each item (a multiset hash; Clarke et al.,
/// "Incremental Multiset Hash Functions", 2003, section 4), so an item can be taken out again.
public struct LogicalChecksum: Hashable, Sendable, CustomStringConvertible {
  /// The sum of the items' hashes under the first seed.
  public private(set) var first: UInt64 = 0
  /// The sum of the items' hashes under the second seed.
  public private(set) var second: UInt64 = 0
  /// The number of items.
  public private(set) var count: UInt64 = 0

  /// The checksum of the empty set.
  public init() {}

  /// Adds the item whose canonical bytes are `item`.
  public mutating func insert(_ item: RawSpan) {
    first &+= XXHash64.hash(item, seed: 0x5d17)
    second &+= XXHash64.hash(item, seed: 0x9e0b_27c1)
    count &+= 1
  }

  /// Adds the item whose canonical bytes are `item`.
  public mutating func insert(_ item: [UInt8]) {
    insert(item.rawBytes)
  }

  /// Takes out an item that was added.
  public mutating func remove(_ item: RawSpan) {
    first &-= XXHash64.hash(item, seed: 0x5d17)
    second &-= XXHash64.hash(item, seed: 0x9e0b_27c1)
    count &-= 1
  }

  /// Takes out an item that was added.
  public mutating func remove(_ item: [UInt8]) {
    remove(item.rawBytes)
  }

  /// Adds every item of `other`.
  public mutating func formUnion(_ other: LogicalChecksum) {
    first &+= other.first
    second &+= other.second
    count &+= other.count
  }

  /// 32 hexadecimal digits, a dash and the number of items.
  public var description: String {
    Self.hexadecimal(first) + Self.hexadecimal(second) + "-" + String(count)
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
