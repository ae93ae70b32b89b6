internal import DurableFiles

/// A segment's bytes: in memory, or a mapped file.
// Safety: `base` points to `count` bytes that live and stay unchanged as long as this value: either the mapping that
// `file` owns, or memory allocated here and freed once, in `deinit`. Every access checks its bounds.
@safe final class SegmentBytes: @unchecked Sendable {
  let count: Int
  private let base: UnsafeRawPointer
  private let file: MappedFile?

  /// A copy of `bytes` in memory.
  init(_ bytes: [UInt8]) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(8, bytes.count), alignment: 8)
    unsafe memory.copyBytes(from: bytes)
    unsafe base = unsafe UnsafeRawPointer(memory.baseAddress.unsafelyUnwrapped)
    count = bytes.count
    file = nil
  }

  /// The bytes of a mapped file.
  init(_ file: MappedFile) {
    unsafe base = unsafe file.unsafeBytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8).unsafelyUnwrapped
    count = file.byteCount
    self.file = file
  }

  deinit {
    if file == nil { unsafe base.deallocate() }
  }

  /// A little-endian value at `offset`.
  @inline(__always)
  func load<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value {
    precondition(offset >= 0 && offset &+ MemoryLayout<Value>.size <= count, "a segment's table points outside of it")
    return Value(littleEndian: unsafe base.loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// The bytes from `offset` on.
  // Safety: the caller stays within the bytes, and holds this value while it reads.
  @unsafe @inline(__always)
  func pointer(at offset: Int) -> UnsafeRawPointer {
    precondition(offset >= 0 && offset <= count, "a segment's table points outside of it")
    return unsafe base + offset
  }

  /// A copy of the bytes in `range`.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a segment's table points outside of it")
    return unsafe Array(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Appends the bytes in `range`.
  func append(_ range: Range<Int>, to buffer: inout [UInt8]) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a segment's table points outside of it")
    unsafe buffer.append(contentsOf: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Compares the bytes in `range` with `other`, as unsigned bytes.
  func compare(_ range: Range<Int>, with other: [UInt8]) -> Int {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a segment's table points outside of it")
    let shared = min(range.count, other.count)
    for index in 0..<shared {
      let byte = unsafe base.load(fromByteOffset: range.lowerBound + index, as: UInt8.self)
      if byte != other[index] { return byte < other[index] ? -1 : 1 }
    }
    return range.count == other.count ? 0 : range.count < other.count ? -1 : 1
  }

  /// Compares the bytes in `range` with those of another segment, as unsigned bytes.
  func compare(_ range: Range<Int>, with other: SegmentBytes, _ otherRange: Range<Int>) -> Int {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count && otherRange.lowerBound >= 0
        && otherRange.upperBound <= other.count, "a segment's table points outside of it")
    for (left, right) in zip(range, otherRange) {
      let left = unsafe base.load(fromByteOffset: left, as: UInt8.self)
      let right = unsafe other.base.load(fromByteOffset: right, as: UInt8.self)
      if left != right { return left < right ? -1 : 1 }
    }
    return range.count == otherRange.count ? 0 : range.count < otherRange.count ? -1 : 1
  }

  /// The bytes as a span, for checksums.
  var span: RawSpan {
    @_lifetime(borrow self) get {
      let span = unsafe RawSpan(_unsafeStart: base, byteCount: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}

/// A part of a segment's bytes, read as values of a width.
struct Section {
  let bytes: SegmentBytes
  let start: Int
  let count: Int

  /// The place after it.
  var end: Int { start + count }

  @inline(__always)
  func uint32(_ index: Int) -> Int { Int(bytes.load(UInt32.self, at: start + index * 4)) }

  @inline(__always)
  func uint64(_ index: Int) -> Int { Int(truncatingIfNeeded: bytes.load(UInt64.self, at: start + index * 8)) }

  @inline(__always)
  func double(_ index: Int) -> Double { Double(bitPattern: bytes.load(UInt64.self, at: start + index * 8)) }

  @inline(__always)
  func uint8(_ index: Int) -> UInt8 { bytes.load(UInt8.self, at: start + index) }
}

/// Texts one after the other, with the offset of each: `count + 1` offsets of four bytes, then the bytes.
struct TextTable {
  let offsets: Section
  let texts: Section
  let count: Int

  /// The table that starts at `start` of a section; `end` is the place after it.
  init(bytes: SegmentBytes, start: Int, count: Int) {
    offsets = Section(bytes: bytes, start: start, count: (count + 1) * 4)
    let textStart = start + (count + 1) * 4
    texts = Section(bytes: bytes, start: textStart, count: offsets.uint32(count))
    precondition(texts.end <= bytes.count, "a segment's table points outside of it")
    self.count = count
  }

  var end: Int { texts.start + texts.count }

  func range(_ index: Int) -> Range<Int> {
    let from = offsets.uint32(index)
    let to = offsets.uint32(index + 1)
    precondition(from <= to && to <= texts.count, "a segment's table points outside of it")
    return texts.start + from..<texts.start + to
  }

  func bytes(_ index: Int) -> [UInt8] { texts.bytes.bytes(range(index)) }

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
