/// Makes a text table, text by text.
struct TextTableWriter: ~Copyable {
  private var texts = Row<UInt8>()
  private var starts = Row<UInt64>(repeating: 0, count: 1)

  @inline(__always)
  mutating func append(_ text: Span<UInt8>) {
    texts.append(text)
    starts.append(UInt64(texts.count))
  }

  mutating func append(_ text: [UInt8]) { append(text.span) }

  /// The table with its count.
  func write(to bytes: inout Row<UInt8>) {
    bytes.write(UInt32(starts.count - 1))
    NumberTable.write(starts.span, to: &bytes)
    bytes.append(texts.span)
  }
}
