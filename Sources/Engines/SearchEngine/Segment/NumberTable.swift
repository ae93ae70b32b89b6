/// Numbers that are near a line, as the starts of texts are: in each 128 of them, how much each lies above the line, in as
/// few bits as the highest one needs.
///
/// The bytes of all that follows (4); a head of 16 bytes for each 128 numbers: base (8), where its bits start, counted from
/// the end of the heads (4), step (3), bits of a number (1); then the bits, and 8 bytes of 0. Number i of a block is
/// base + i · step + its bits.
struct NumberTable {
  let count: Int
  private let bytes: SegmentBytes
  private let heads: Int
  private let bits: Int
  /// The place after it.
  let end: Int

  fileprivate static let block = 128
  fileprivate static let headBytes = 16
  /// The most bits of a number: more could not be read at once.
  fileprivate static let mostBits = 56
  fileprivate static let mostStep: Int64 = (1 << 24) - 1
  /// Reading a number touches no more bytes after its first.
  fileprivate static let readAhead = 8

  init(bytes: SegmentBytes, start: Int, count: Int) {
    self.bytes = bytes
    self.count = count
    heads = start + 4
    bits = heads + (count + Self.block - 1) / Self.block * Self.headBytes
    end = heads + Int(bytes.load(UInt32.self, at: start))
    precondition(bits <= end && end <= bytes.count, "a segment's table points outside of it")
  }

  @inline(__always) subscript(_ index: Int) -> Int {
    let head = heads &+ (index / Self.block) &* Self.headBytes
    let place = index % Self.block
    let shape = bytes.load(UInt64.self, at: head &+ 8)
    let width = Int(truncatingIfNeeded: shape &>> 56)
    let bit = place &* width
    precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "a segment's table points outside of it")
    let word = bytes.load(UInt64.self, at: bits &+ Int(truncatingIfNeeded: shape & 0xffff_ffff) &+ bit &>> 3)
    let above = word &>> UInt64(bit & 7) & ((1 &<< UInt64(width)) &- 1)
    let step = Int(truncatingIfNeeded: shape &>> 32 & 0xff_ffff)
    return Int(truncatingIfNeeded: bytes.load(Int64.self, at: head)) &+ place &* step &+ Int(truncatingIfNeeded: above)
  }

  // MARK: Writing

  /// Writes numbers as such a table.
  static func write(_ numbers: Span<UInt64>, to bytes: inout Row<UInt8>) {
    var heads = Row<UInt8>()
    var bits = Row<UInt8>()
    for first in stride(from: 0, to: numbers.count, by: block) {
      let block = numbers.extracting(first..<min(first + block, numbers.count))
      let line = Line(block)
      heads.write(line.base)
      heads.write(UInt64(bits.count) | UInt64(line.step) << 32 | UInt64(line.bits) << 56)
      var pending: UInt64 = 0
      var filled = 0
      for index in block.indices {
        let above = UInt64(Int64(block[index]) - line.base - Int64(index) * line.step)
        pending |= above << UInt64(filled)
        filled += line.bits
        while filled >= 8 {
          bits.append(UInt8(truncatingIfNeeded: pending))
          pending >>= 8
          filled -= 8
        }
      }
      if filled > 0 { bits.append(UInt8(truncatingIfNeeded: pending)) }
    }
    bits.resize(to: bits.count + readAhead, filling: 0)
    bytes.write(UInt32(heads.count + bits.count))
    bytes.append(heads.span)
    bytes.append(bits.span)
  }

  /// The line below a block's numbers: level, or as steep as they rise, whichever is nearer.
  private struct Line {
    var base: Int64 = 0
    var step: Int64 = 0
    var bits = 0

    init(_ numbers: Span<UInt64>) {
      let level = Self.fitted(numbers, step: 0)
      let (first, last) = (Int64(numbers[0]), Int64(numbers[numbers.count - 1]))
      let rise = last > first ? min((last - first) / Int64(numbers.count - 1), NumberTable.mostStep) : 0
      let steep = Self.fitted(numbers, step: rise)
      self = steep.bits < level.bits ? steep : level
      precondition(bits <= NumberTable.mostBits, "numbers of a table are too far from each other")
    }

    private init(base: Int64, step: Int64, bits: Int) {
      self.base = base
      self.step = step
      self.bits = bits
    }

    private static func fitted(_ numbers: Span<UInt64>, step: Int64) -> Line {
      var least = Int64.max
      var most = Int64.min
      for index in numbers.indices {
        let above = Int64(numbers[index]) - Int64(index) * step
        least = min(least, above)
        most = max(most, above)
      }
      return Line(base: least, step: step, bits: 64 - UInt64(most - least).leadingZeroBitCount)
    }
  }
}
