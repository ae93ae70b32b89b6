/// Texts one after the other: where each starts and the last ends, as a table of numbers, then the bytes.
struct TextTable {
  private let starts: NumberTable
  private let texts: Section
  let count: Int

  /// The table that starts at `start` of a section, after its count; `end` is the place after it.
  init(bytes: SegmentBytes, start: Int, count: Int) {
    starts = NumberTable(bytes: bytes, start: start, count: count + 1)
    texts = Section(bytes: bytes, start: starts.end, count: starts[count])
    precondition(texts.count >= 0 && texts.end <= bytes.count, "a segment's table points outside of it")
    self.count = count
  }

  var end: Int { texts.start + texts.count }

  func range(_ index: Int) -> Range<Int> {
    let from = starts[index]
    let to = starts[index + 1]
    precondition(0 <= from && from <= to && to <= texts.count, "a segment's table points outside of it")
    return texts.start + from..<texts.start + to
  }

  func bytes(_ index: Int) -> [UInt8] { texts.bytes.bytes(range(index)) }

  /// A text's first eight bytes, ordered as the texts are.
  func key(_ index: Int) -> UInt64 {
    let range = range(index)
    if range.count >= 8 { return texts.bytes.load(UInt64.self, at: range.lowerBound).byteSwapped }
    var key: UInt64 = 0
    for place in range {
      key |=
        UInt64(texts.bytes.load(UInt8.self, at: place))
        << UInt64(56 - 8 * (place - range.lowerBound))
    }
    return key
  }

  /// Appends a text's bytes.
  func append(_ index: Int, to buffer: inout [UInt8]) { texts.bytes.append(range(index), to: &buffer) }

  /// Compares a text with one of another table, as unsigned bytes.
  func compare(_ index: Int, with other: TextTable, _ otherIndex: Int) -> Int {
    texts.bytes.compare(range(index), with: other.texts.bytes, other.range(otherIndex))
  }

  func text(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

  /// The first index whose text is not before `text`, for tables in order.
  func lowerBound(_ text: [UInt8]) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if texts.bytes.compare(range(middle), with: text) < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The index of `text`, for tables in order.
  func index(of text: [UInt8]) -> Int? {
    let index = lowerBound(text)
    return index < count && texts.bytes.compare(range(index), with: text) == 0 ? index : nil
  }

  /// The indexes of the texts that start with `prefix`, for tables in order.
  func indexes(startingWith prefix: [UInt8]) -> Range<Int> {
    let low = lowerBound(prefix)
    // The first text after all that start so: the prefix with its last byte below 255 raised by one.
    var after = prefix
    while let last = after.last, last == 255 { after.removeLast() }
    guard let last = after.last else { return low..<count }
    after[after.count - 1] = last + 1
    return low..<max(low, lowerBound(after))
  }
}
