internal import ByteCoding

/// Numbers distinct byte strings in the order in which they come: open addressing over one arena, no allocation a look-up.
struct TermTable {
  private(set) var arena: [UInt8] = []
  private(set) var starts: [Int] = [0]
  private var slots: [Int32] = Array(repeating: -1, count: 1024)

  var count: Int { starts.count - 1 }

  func bytes(_ number: Int) -> ArraySlice<UInt8> { arena[starts[number]..<starts[number + 1]] }

  /// The numbers of all texts, in the order of their bytes.
  var order: [Int] { (0..<count).sorted { bytes($0).lexicographicallyPrecedes(bytes($1)) } }

  /// The number of `term`, a new one where it was not known.
  mutating func number(of term: ArraySlice<UInt8>) -> Int {
    if (count + 1) * 2 > slots.count { grow() }
    let mask = slots.count - 1
    var slot = Self.hash(term) & mask
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if bytes(number).elementsEqual(term) { return number }
      slot = (slot + 1) & mask
    }
    slots[slot] = Int32(count)
    arena.append(contentsOf: term)
    starts.append(arena.count)
    return count - 1
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for number in 0..<count {
      var slot = Self.hash(bytes(number)) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(number)
    }
  }

  /// FNV-1a (Fowler, Noll, Vo): short keys, and quick over bytes.
  private static func hash(_ bytes: ArraySlice<UInt8>) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return Int(truncatingIfNeeded: hash ^ hash >> 29)
  }
}
