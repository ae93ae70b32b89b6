/// Numbers in as few bits as the largest of them needs.
///
/// Blocks of 128 are laid out for vectors of four: number 4r + l is row r of lane l, and each lane's rows follow each other
/// bit by bit in 32-bit words, the words of the four lanes side by side (Lemire and Boytsov, "Decoding billions of integers
/// per second through vectorization", 2015). Fewer numbers than that follow each other bit by bit.
enum BitPacking {
  /// The numbers of a whole block.
  static let blockCount = 128
  /// Reading a number may touch so many bytes after the last one that is needed.
  static let readAhead = 32

  /// The bits that numbers up to `maximum` need.
  @inline(__always)
  static func width(of maximum: UInt32) -> Int { 32 - maximum.leadingZeroBitCount }

  /// The bytes of `count` numbers.
  @inline(__always)
  static func byteCount(_ count: Int, width: Int) -> Int {
    count == blockCount ? width * 16 : (count * width + 7) / 8
  }

  /// Appends numbers, none of which needs more than `width` bits.
  static func append(_ values: ArraySlice<UInt32>, width: Int, to bytes: inout [UInt8]) {
    guard values.count == blockCount else { return appendInRow(values, width: width, to: &bytes) }
    guard width > 0 else { return }
    // Words more than are needed take the upper halves of the last numbers.
    var words = Array(repeating: UInt32(0), count: 4 * (width + 1))
    for (index, value) in values.enumerated() {
      assert(Self.width(of: value) <= width)
      let place = (index &>> 2) &* width
      let word = (place &>> 5) &* 4 &+ (index & 3)
      let shifted = UInt64(value) &<< UInt64(place & 31)
      words[word] |= UInt32(truncatingIfNeeded: shifted)
      words[word + 4] |= UInt32(truncatingIfNeeded: shifted &>> 32)
    }
    for word in words[..<(width * 4)] {
      for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(8 * byte))) }
    }
  }

  /// Appends any number of numbers bit by bit, one after the other.
  static func appendInRow(_ values: ArraySlice<UInt32>, width: Int, to bytes: inout [UInt8]) {
    guard width > 0 else { return }
    var pending: UInt64 = 0
    var bits = 0
    for value in values {
      assert(Self.width(of: value) <= width)
      pending |= UInt64(value) &<< UInt64(bits)
      bits += width
      while bits >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: pending))
        pending &>>= 8
        bits -= 8
      }
    }
    if bits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
  }

  /// One of `count` numbers.
  // Safety: the caller holds `byteCount(count, width:)` + `readAhead` bytes at `source`, and `index` is below `count`.
  @unsafe @inline(__always)
  static func number(_ index: Int, of count: Int, width: Int, at source: UnsafeRawPointer) -> UInt32 {
    let mask = UInt32(truncatingIfNeeded: (UInt64(1) &<< UInt64(width)) &- 1)
    if count == blockCount {
      let place = (index &>> 2) &* width
      let word = unsafe source + ((place &>> 5) &* 16 &+ (index & 3) &* 4)
      let low = unsafe UInt64(word.loadUnaligned(as: UInt32.self))
      let high = unsafe UInt64((word + 16).loadUnaligned(as: UInt32.self))
      return UInt32(truncatingIfNeeded: (high &<< 32 | low) &>> UInt64(place & 31)) & mask
    }
    let place = index &* width
    let word = unsafe (source + place &>> 3).loadUnaligned(as: UInt64.self)
    return UInt32(truncatingIfNeeded: word &>> UInt64(place & 7)) & mask
  }

  /// All of `count` numbers.
  ///
  /// A whole block takes about 30 ns.
  // Safety: as above, and `target` has room for 128 numbers.
  @unsafe @inline(__always)
  static func unpack(_ count: Int, width: Int, from source: UnsafeRawPointer, into target: UnsafeMutablePointer<UInt32>)
  {
    guard count == blockCount else {
      for index in 0..<count { unsafe target[index] = unsafe number(index, of: count, width: width, at: source) }
      return
    }
    let target = UnsafeMutableRawPointer(target)
    let mask = SIMD4(repeating: UInt32(truncatingIfNeeded: (UInt64(1) &<< UInt64(width)) &- 1))
    for row in 0..<32 {
      unsafe target.storeBytes(of: rowOf(row, width, mask, source), toByteOffset: row &* 16, as: SIMD4<UInt32>.self)
    }
  }

  /// Ascending numbers by what lies between each and the one before: `previous` comes before the first.
  // Safety: as above.
  @unsafe @inline(__always)
  static func unpackAscending(
    _ count: Int, width: Int, after previous: UInt32, from source: UnsafeRawPointer,
    into target: UnsafeMutablePointer<UInt32>
  ) {
    guard count == blockCount else {
      var last = previous
      for index in 0..<count {
        last = unsafe last &+ number(index, of: count, width: width, at: source) &+ 1
        unsafe target[index] = last
      }
      return
    }
    let target = UnsafeMutableRawPointer(target)
    let mask = SIMD4(repeating: UInt32(truncatingIfNeeded: (UInt64(1) &<< UInt64(width)) &- 1))
    let one = SIMD4<UInt32>(repeating: 1)
    var carry = SIMD4(repeating: previous)
    for row in 0..<32 {
      var sums = unsafe rowOf(row, width, mask, source) &+ one
      sums = sums &+ SIMD4(0, sums[0], sums[1], sums[2])
      sums = sums &+ SIMD4(0, 0, sums[0], sums[1]) &+ carry
      unsafe target.storeBytes(of: sums, toByteOffset: row &* 16, as: SIMD4<UInt32>.self)
      carry = SIMD4(repeating: sums[3])
    }
  }

  @unsafe @inline(__always)
  private static func rowOf(
    _ row: Int, _ width: Int, _ mask: SIMD4<UInt32>, _ source: UnsafeRawPointer
  ) -> SIMD4<UInt32> {
    let place = row &* width
    let word = unsafe source + (place &>> 5) &* 16
    let shift = UInt32(truncatingIfNeeded: place & 31)
    let low = unsafe word.loadUnaligned(as: SIMD4<UInt32>.self) &>> SIMD4(repeating: shift)
    // In two steps: a shift by 32 would be none.
    let next = unsafe (word + 16).loadUnaligned(as: SIMD4<UInt32>.self)
    let high = (next &+ next) &<< SIMD4(repeating: 31 &- shift)
    return (low | high) & mask
  }
}
