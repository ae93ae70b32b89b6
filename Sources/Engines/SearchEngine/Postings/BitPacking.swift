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
  static func append(_ values: Span<UInt32>, width: Int, to bytes: inout Row<UInt8>) {
    guard values.count == blockCount else { return appendInRow(values, width: width, to: &bytes) }
    guard width > 0 else { return }
    // Safety: the four lanes of 32 numbers of `width` bits take `width` words each.
    unsafe bytes.append(width &* 16) { target in
      var target = UnsafeMutableRawPointer(target)
      var words = SIMD4<UInt32>(repeating: 0)
      var bits = 0
      for row in 0..<blockCount / 4 {
        let first = row &* 4
        let next = SIMD4(values[first], values[first &+ 1], values[first &+ 2], values[first &+ 3])
        words |= next &<< SIMD4(repeating: UInt32(truncatingIfNeeded: bits))
        bits &+= width
        guard bits >= 32 else { continue }
        unsafe target.storeBytes(of: words, as: SIMD4<UInt32>.self)
        unsafe target += 16
        bits &-= 32
        // In two steps: a shift by 32 would be none.
        let taken = UInt32(truncatingIfNeeded: width &- bits &- 1)
        words = bits == 0 ? SIMD4(repeating: 0) : (next &>> SIMD4(repeating: taken)) &>> SIMD4(repeating: 1)
      }
    }
  }

  /// Appends any number of numbers bit by bit, one after the other.
  static func appendInRow(_ values: Span<UInt32>, width: Int, to bytes: inout Row<UInt8>) {
    guard width > 0 else { return }
    // Safety: the numbers take so many bytes together; each word that is stored is filled, but for the last bytes.
    unsafe bytes.append((values.count &* width &+ 7) / 8, slack: 8) { target in
      var target = UnsafeMutableRawPointer(target)
      var pending: UInt64 = 0
      var bits = 0
      for index in values.indices {
        pending |= UInt64(values[index]) &<< UInt64(bits)
        bits &+= width
        guard bits >= 32 else { continue }
        unsafe target.storeBytes(of: UInt32(truncatingIfNeeded: pending).littleEndian, as: UInt32.self)
        unsafe target += 4
        pending &>>= 32
        bits &-= 32
      }
      unsafe target.storeBytes(of: pending.littleEndian, as: UInt64.self)
    }
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
