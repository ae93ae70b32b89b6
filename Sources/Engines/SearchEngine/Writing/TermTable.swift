internal import ByteCoding

/// Numbers distinct byte strings in the order in which they come: open addressing over one arena, no allocation a look-up.
struct TermTable {
  private(set) var arena: [UInt8] = []
  private(set) var starts: [Int] = [0]
  /// The number of a text, or −1, and the upper half of its hash.
  private var slots: [Slot] = Array(repeating: Slot(), count: 1024)

  private struct Slot {
    var number: Int32 = -1
    var hash: UInt32 = 0
  }

  var count: Int { starts.count - 1 }

  func bytes(_ number: Int) -> ArraySlice<UInt8> { arena[starts[number]..<starts[number + 1]] }

  /// The numbers of all texts, in the order of their bytes.
  var order: [Int] {
    // Most texts differ in their first eight bytes.
    let keys = (0..<count).map { number in
      var key: UInt64 = 0
      for (index, byte) in bytes(number).prefix(8).enumerated() { key |= UInt64(byte) << UInt64(56 - 8 * index) }
      return (key: key, number: number)
    }
    return keys.sorted {
      $0.key != $1.key ? $0.key < $1.key : bytes($0.number).lexicographicallyPrecedes(bytes($1.number))
    }.map(\.number)
  }

  /// The number of `text`, a new one where it was not known.
  mutating func number(of text: ArraySlice<UInt8>) -> Int {
    if (count + 1) * 2 > slots.count { grow() }
    let hash = Self.hash(text)
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    let upper = UInt32(truncatingIfNeeded: hash >> 32)
    while slots[place].number >= 0 {
      if slots[place].hash == upper, isText(Int(slots[place].number), text) { return Int(slots[place].number) }
      place = (place + 1) & mask
    }
    slots[place] = Slot(number: Int32(count), hash: upper)
    arena.append(contentsOf: text)
    starts.append(arena.count)
    return count - 1
  }

  /// The number of `text`; nil where it is not known.
  func find(_ text: ArraySlice<UInt8>) -> Int? {
    let hash = Self.hash(text)
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while slots[place].number >= 0 {
      if isText(Int(slots[place].number), text) { return Int(slots[place].number) }
      place = (place + 1) & mask
    }
    return nil
  }

  private func isText(_ number: Int, _ text: ArraySlice<UInt8>) -> Bool {
    let start = starts[number]
    guard starts[number + 1] - start == text.count else { return false }
    // Safety: both ranges are within their arrays.
    return unsafe arena.withUnsafeBufferPointer { arena in
      unsafe text.withUnsafeBufferPointer { text in
        for index in 0..<text.count where unsafe arena[start + index] != text[index] { return false }
        return true
      }
    }
  }

  private mutating func grow() {
    slots = Array(repeating: Slot(), count: slots.count * 2)
    let mask = slots.count - 1
    for number in 0..<count {
      let hash = Self.hash(bytes(number))
      var place = Int(truncatingIfNeeded: hash) & mask
      while slots[place].number >= 0 { place = (place + 1) & mask }
      slots[place] = Slot(number: Int32(number), hash: UInt32(truncatingIfNeeded: hash >> 32))
    }
  }

  /// FNV-1a (Fowler, Noll, Vo) over eight bytes at once, with a last mixing, since one step spreads bits upwards only.
  private static func hash(_ text: ArraySlice<UInt8>) -> UInt64 {
    // Safety: eight bytes are read where there are as many.
    unsafe text.withUnsafeBytes { bytes in
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.count)
      var at = 0
      while at &+ 8 <= bytes.count {
        hash = unsafe (hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 32
        at &+= 8
      }
      var rest: UInt64 = 0
      while at < bytes.count {
        rest = unsafe rest &<< 8 | UInt64(bytes[at])
        at &+= 1
      }
      hash = (hash ^ rest) &* 0x9e37_79b9_7f4a_7c15
      return hash ^ hash >> 29
    }
  }
}
