internal import ByteCoding

/// A number a document, or none: as integers of as few bytes as there are different steps, where every number is one of
/// equally spaced ones with a decimal divisor (prices, counts, days); else as doubles.
///
/// Encoding (4): 0 doubles, or the bytes of a code: 1, 2, 4; then base (8, integer), step (8, integer), divisor (8, double);
/// then a code or double a document. A code c stands for (base + c · step) / divisor; the greatest for no number. Doubles
/// are NaN then.
struct NumberColumn {
  private let bytes: SegmentBytes
  private let start: Int
  private let documentCount: Int
  /// The bytes of a code; 0 where doubles are kept.
  let codeBytes: Int
  private let base: Int64
  private let step: Int64
  private let divisor: Double

  private static let headerBytes = 28

  init(bytes: SegmentBytes, start: Int, documentCount: Int) {
    self.bytes = bytes
    self.start = start + Self.headerBytes
    self.documentCount = documentCount
    codeBytes = Int(bytes.load(UInt32.self, at: start))
    base = bytes.load(Int64.self, at: start + 4)
    step = bytes.load(Int64.self, at: start + 12)
    divisor = Double(bitPattern: bytes.load(UInt64.self, at: start + 20))
    precondition(
      [0, 1, 2, 4].contains(codeBytes) && self.start + documentCount * (codeBytes == 0 ? 8 : codeBytes) <= bytes.count,
      "a segment's table points outside of it")
  }

  /// The code that stands for no number.
  private var missing: UInt32 { codeBytes == 4 ? .max : (1 << UInt32(codeBytes * 8)) - 1 }

  @inline(__always)
  private func code(of document: Int) -> UInt32 {
    switch codeBytes {
    case 1: UInt32(bytes.load(UInt8.self, at: start &+ document))
    case 2: UInt32(bytes.load(UInt16.self, at: start &+ document &* 2))
    default: bytes.load(UInt32.self, at: start &+ document &* 4)
    }
  }

  @inline(__always)
  private func number(_ code: UInt32) -> Double { Double(base &+ Int64(code) &* step) / divisor }

  /// A document's number; NaN where it has none.
  @inline(__always)
  func value(of document: Int) -> Double {
    guard codeBytes > 0 else { return Double(bitPattern: bytes.load(UInt64.self, at: start &+ document &* 8)) }
    let code = code(of: document)
    return code == missing ? .nan : number(code)
  }

  /// The documents whose numbers are from `low` to `high`, both included, added to `set`.
  func insert(from low: Double, to high: Double, into set: inout DocumentSet) {
    guard low <= high else { return }
    guard codeBytes > 0 else {
      return set.insert(upTo: documentCount) { document in
        let value = Double(bitPattern: bytes.load(UInt64.self, at: start &+ document &* 8))
        return value >= low && value <= high
      }
    }
    let first = lowestCode { $0 >= low }
    let end = lowestCode { $0 > high }
    guard first < end else { return }
    let span = end - 1 - first
    // Safety: `init` has checked that there is a code for each document.
    let codes = unsafe bytes.pointer(at: start)
    switch codeBytes {
    case 1:
      unsafe set.insert(upTo: documentCount) { start, flags in
        let codes = unsafe codes + start
        let (first, span) = (UInt8(truncatingIfNeeded: first), UInt8(truncatingIfNeeded: span))
        for index in 0..<64 {
          let code = unsafe codes.load(fromByteOffset: index, as: UInt8.self)
          unsafe flags[index] = code &- first <= span ? 1 : 0
        }
      } where: {
        unsafe UInt32(codes.load(fromByteOffset: $0, as: UInt8.self)) &- first <= span
      }
    case 2:
      unsafe set.insert(upTo: documentCount) { start, flags in
        let codes = unsafe codes + start &* 2
        let (first, span) = (UInt16(truncatingIfNeeded: first), UInt16(truncatingIfNeeded: span))
        for index in 0..<64 {
          let code = unsafe codes.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)
          unsafe flags[index] = code &- first <= span ? 1 : 0
        }
      } where: {
        unsafe UInt32(codes.loadUnaligned(fromByteOffset: $0 &* 2, as: UInt16.self)) &- first <= span
      }
    default:
      unsafe set.insert(upTo: documentCount) { start, flags in
        let codes = unsafe codes + start &* 4
        for index in 0..<64 {
          let code = unsafe codes.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self)
          unsafe flags[index] = code &- first <= span ? 1 : 0
        }
      } where: {
        unsafe codes.loadUnaligned(fromByteOffset: $0 &* 4, as: UInt32.self) &- first <= span
      }
    }
  }

  /// The first code whose number fulfils a condition that greater numbers fulfil too; the one for no number where none
  /// does.
  private func lowestCode(where holds: (Double) -> Bool) -> UInt32 {
    var low: UInt32 = 0
    var high = missing
    while low < high {
      let middle = low + (high - low) / 2
      if holds(number(middle)) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  // MARK: Writing

  /// Numbers by document, NaN where there is none, as the column's bytes.
  static func encoded(_ numbers: [Double]) -> [UInt8] {
    var writer = ByteWriter(capacity: headerBytes + numbers.count * 8)
    if let codes = Codes(numbers) {
      let missing: UInt32 = codes.bytes == 4 ? .max : (1 << UInt32(codes.bytes * 8)) - 1
      writer.write(UInt32(codes.bytes))
      writer.write(codes.base)
      writer.write(codes.step)
      writer.write(codes.divisor)
      for number in numbers {
        let code = number.isNaN ? missing : codes.code(of: number)
        switch codes.bytes {
        case 1: writer.write(UInt8(code))
        case 2: writer.write(UInt16(code))
        default: writer.write(code)
        }
      }
    } else {
      writer.write(UInt32(0))
      writer.write(Int64(0))
      writer.write(Int64(1))
      writer.write(Double(1))
      for number in numbers { writer.write(number) }
    }
    return writer.bytes
  }

  /// How numbers become codes, where they can without a loss.
  private struct Codes {
    var base: Int64 = 0
    var step: Int64 = 1
    var divisor: Double = 1
    var bytes = 1

    init?(_ numbers: [Double]) {
      guard let divisor = [1.0, 10, 100, 1000, 10_000].first(where: { Self.integers(numbers, times: $0) != nil }),
        let integers = Self.integers(numbers, times: divisor)
      else { return nil }
      self.divisor = divisor
      guard let least = integers.min(), let most = integers.max() else { return }
      base = least
      let (span, overflows) = most.subtractingReportingOverflow(least)
      guard !overflows else { return nil }
      step = max(1, integers.reduce(0) { Self.commonDivisor($0, $1 - least) })
      let greatest = UInt64(span / step)
      guard greatest < UInt64(UInt32.max) else { return nil }
      bytes = greatest < 0xff ? 1 : greatest < 0xffff ? 2 : 4
    }

    func code(of number: Double) -> UInt32 { UInt32((Int64((number * divisor).rounded()) - base) / step) }

    /// The numbers times a divisor, where each of them is such an integer divided by it.
    private static func integers(_ numbers: [Double], times divisor: Double) -> [Int64]? {
      var integers: [Int64] = []
      integers.reserveCapacity(numbers.count)
      for number in numbers where !number.isNaN {
        let scaled = (number * divisor).rounded()
        // A negative zero would come back as zero, which is not the same in a checksum.
        guard scaled.magnitude < 0x1p53, scaled / divisor == number, number.sign == .plus || number != 0 else {
          return nil
        }
        integers.append(Int64(scaled))
      }
      return integers
    }

    private static func commonDivisor(_ left: Int64, _ right: Int64) -> Int64 {
      var (left, right) = (left, right)
      while right != 0 { (left, right) = (right, left % right) }
      return left
    }
  }
}
