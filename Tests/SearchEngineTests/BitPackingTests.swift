import Testing

@testable import SearchEngine

@Suite("Bit packing")
struct BitPackingTests {
  /// Numbers as they come back from their bytes, in whole blocks and one by one.
  private static func unpacked(_ values: [UInt32], width: Int, ascendingAfter previous: UInt32? = nil) -> [[UInt32]] {
    var row = Row<UInt8>()
    BitPacking.append(values.span, width: width, to: &row)
    var bytes = row.bytes
    #expect(bytes.count == BitPacking.byteCount(values.count, width: width))
    bytes += Array(repeating: 0xff, count: BitPacking.readAhead)
    var target = Array(repeating: UInt32(0), count: BitPacking.blockCount)
    var single: [UInt32] = []
    bytes.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      target.withUnsafeMutableBufferPointer { target in
        guard let room = target.baseAddress else { return }
        if let previous {
          BitPacking.unpackAscending(values.count, width: width, after: previous, from: base, into: room)
        } else {
          BitPacking.unpack(values.count, width: width, from: base, into: room)
        }
      }
      single = values.indices.map { BitPacking.number($0, of: values.count, width: width, at: base) }
    }
    return [Array(target.prefix(values.count)), single]
  }

  @Test("numbers of every width and count come back", arguments: 0...32)
  func roundTrip(width: Int) {
    var generator = SeededGenerator(seed: UInt64(width))
    let most = width == 32 ? UInt32.max : (1 << UInt32(width)) - 1
    for count in [0, 1, 2, 31, 64, 127, 128] {
      for values in [
        (0..<count).map { _ in UInt32.random(in: 0...most, using: &generator) },
        Array(repeating: most, count: count),
      ] {
        #expect(Self.unpacked(values, width: width) == [values, values])
      }
    }
  }

  @Test("ascending numbers come back from their gaps", arguments: 0...24)
  func ascending(width: Int) {
    var generator = SeededGenerator(seed: UInt64(width))
    for count in [1, 5, 127, 128] {
      for previous in [UInt32.max, 0, 1_000_000] {
        let gaps = (0..<count).map { _ in UInt32.random(in: 0..<(1 << UInt32(width)), using: &generator) }
        var last = previous
        let expected = gaps.map { gap -> UInt32 in
          last = last &+ gap &+ 1
          return last
        }
        #expect(Self.unpacked(gaps, width: width, ascendingAfter: previous)[0] == expected)
      }
    }
  }

  @Test("lengths are exact up to 40, and never fall as they grow")
  func lengths() {
    for length in 0...40 { #expect(FieldLength.rounded(length) == length) }
    var last = 0
    for length in 0...100_000 {
      let rounded = FieldLength.rounded(length)
      #expect(rounded >= last && rounded <= length && length - rounded <= max(0, length - 24) / 8)
      last = rounded
    }
    #expect(FieldLength.rounded(.max) > 1_000_000_000)
    for code in UInt8.min...UInt8.max where FieldLength.length(code) <= Int32.max {
      #expect(FieldLength.code(FieldLength.length(code)) == code)
    }
  }
}
