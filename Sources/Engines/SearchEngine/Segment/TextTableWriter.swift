/// Makes a text table, text by text.
struct TextTableWriter: ~Copyable {
  private var texts = Row<UInt8>()
  private var ends = Row<UInt32>()

  var count: Int { ends.count }

  @inline(__always)
  mutating func append(_ text: Span<UInt8>) {
    texts.append(text)
    ends.append(UInt32(texts.count))
  }

  mutating func append(_ text: [UInt8]) { append(text.span) }

  /// The table with its count.
  func write(to bytes: inout Row<UInt8>) {
    bytes.reserve(8 + ends.count * 4 + texts.count)
    bytes.write(UInt32(ends.count))
    bytes.write(UInt32(0))
    for index in 0..<ends.count { bytes.write(ends[index]) }
    bytes.append(texts.span)
  }
}
