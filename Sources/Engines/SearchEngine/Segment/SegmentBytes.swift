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
