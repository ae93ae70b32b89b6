/// Numbers distinct byte strings in the order in which they come: open addressing over one arena, no allocation a look-up.
struct TermTable: ~Copyable {
  private var arena = Row<UInt8>()
  private var starts = Row<UInt32>(repeating: 0, count: 1)
  private var slots = Row<Slot>(repeating: Slot(), count: 1024)

  /// Where a text is, and the half of its hash that says in which slot it belongs: most look-ups touch one slot and the text itself.
  struct Slot: BitwiseCopyable {
    /// −1 where there is none.
    var number: Int32 = -1
    var hash: UInt32 = 0
    var start: UInt32 = 0
    var count: UInt32 = 0
  }

  var count: Int { starts.count &- 1 }
  /// The bytes of all texts.
  var byteCount: Int { arena.count }

  /// A text by its number.
  @_lifetime(borrow self)
  func text(_ number: Int) -> Span<UInt8> {
    arena.span.extracting(Int(starts[number])..<Int(starts[number &+ 1]))
  }

  func bytes(_ number: Int) -> [UInt8] {
    // Safety: the bytes are copied within the closure.
    unsafe text(number).withUnsafeBufferPointer { unsafe Array($0) }
  }

  /// How many bytes a text has.
  func length(_ number: Int) -> Int { Int(starts[number &+ 1] &- starts[number]) }

  /// A text by its number and its first bytes, which most texts differ in.
  struct Ordered: BitwiseCopyable {
    let key: UInt64
    let number: Int
  }

  /// The numbers of all texts, in the order of their bytes.
  func order() -> [Int] { order(of: 0).map(\.number) }

  /// The texts from a number on, in the order of their bytes.
  private func order(of first: Int) -> [Ordered] {
    var texts: [Ordered] = []
    texts.reserveCapacity(count - first)
    for number in first..<count { texts.append(Ordered(key: Self.key(text(number)), number: number)) }
    texts.sort { isLess($0, $1) }
    return texts
  }

  /// All texts in the order of their bytes, where the order of the first ones is known.
  func order(after known: [Ordered]) -> [Ordered] {
    let new = order(of: known.count)
    guard !known.isEmpty, !new.isEmpty else { return known.isEmpty ? new : known }
    var all: [Ordered] = []
    all.reserveCapacity(count)
    var place = 0
    for text in new {
      while place < known.count, isLess(known[place], text) {
        all.append(known[place])
        place += 1
      }
      all.append(text)
    }
    return all + known[place...]
  }

  @inline(__always) private func isLess(_ left: Ordered, _ right: Ordered) -> Bool {
    left.key != right.key ? left.key < right.key : isLess(left.number, right.number)
  }

  /// A text's first eight bytes, ordered as the texts are.
  private static func key(_ text: Span<UInt8>) -> UInt64 {
    var key: UInt64 = 0
    for index in 0..<min(8, text.count) { key |= UInt64(text[index]) &<< UInt64(56 &- 8 &* index) }
    return key
  }

  /// Whether a text comes before another in the order of bytes.
  private func isLess(_ left: Int, _ right: Int) -> Bool {
    let left = text(left)
    let right = text(right)
    for index in 0..<min(left.count, right.count) where left[index] != right[index] {
      return left[index] < right[index]
    }
    return left.count < right.count
  }

  /// The number of `text`, a new one where it was not known.
  mutating func number(of text: Span<UInt8>) -> Int { number(of: text, hash: Self.hash(text)) }

  /// As above, where the text's ``hash(_:)`` is known.
  @inline(__always)
  mutating func number(of text: Span<UInt8>, hash: UInt64) -> Int {
    let mask = slots.count &- 1
    let upper = UInt32(truncatingIfNeeded: hash &>> 32)
    var place = Int(upper) & mask
    while true {
      let slot = slots[place]
      guard slot.number >= 0 else { return insert(text, hash: hash) }
      if slot.hash == upper, Int(slot.count) == text.count, isText(at: Int(slot.start), text) {
        return Int(slot.number)
      }
      place = (place &+ 1) & mask
    }
  }

  /// The number that stands in a hash's first slot, right or not: to have what a look-up needs at hand before it is made.
  @inline(__always)
  func guess(_ hash: UInt64) -> (number: Int, start: Int) {
    let slot = slots[Int(truncatingIfNeeded: hash &>> 32) & (slots.count &- 1)]
    return (Int(slot.number), Int(slot.start))
  }

  /// A byte of the arena, 0 outside of it.
  @inline(__always)
  func byte(_ place: Int) -> UInt8 { place < arena.count ? arena[place] : 0 }

  @inline(never)
  private mutating func insert(_ text: Span<UInt8>, hash: UInt64) -> Int {
    let number = count
    if (number + 1) * 2 > slots.count { grow() }
    let start = arena.count
    arena.append(text)
    starts.append(UInt32(arena.count))
    let slot = Slot(
      number: Int32(number), hash: UInt32(truncatingIfNeeded: hash &>> 32), start: UInt32(start),
      count: UInt32(text.count))
    put(slot)
    return number
  }

  private mutating func put(_ slot: Slot) {
    let mask = slots.count &- 1
    var place = Int(slot.hash) & mask
    while slots[place].number >= 0 { place = (place &+ 1) & mask }
    slots[place] = slot
  }

  private mutating func grow() {
    let before = slots.count
    var old = Row<Slot>(repeating: Slot(), count: before * 2)
    swap(&old, &slots)
    for index in 0..<before where old[index].number >= 0 { put(old[index]) }
  }

  /// The number of `text`; nil where it is not known.
  func find(_ text: Span<UInt8>) -> Int? {
    let upper = UInt32(truncatingIfNeeded: Self.hash(text) &>> 32)
    let mask = slots.count &- 1
    var place = Int(upper) & mask
    while slots[place].number >= 0 {
      let slot = slots[place]
      if slot.hash == upper, Int(slot.count) == text.count, isText(at: Int(slot.start), text) {
        return Int(slot.number)
      }
      place = (place &+ 1) & mask
    }
    return nil
  }

  @inline(__always)
  private func isText(at start: Int, _ text: Span<UInt8>) -> Bool {
    precondition(start &+ text.count <= arena.count, "a slot points outside of the arena")
    // Safety: both have so many bytes.
    return unsafe arena.span.withUnsafeBytes { arena in
      unsafe text.withUnsafeBytes { text in
        var at = 0
        while at &+ 8 <= text.count {
          let left = unsafe arena.loadUnaligned(fromByteOffset: start &+ at, as: UInt64.self)
          let right = unsafe text.loadUnaligned(fromByteOffset: at, as: UInt64.self)
          if left != right { return false }
          at &+= 8
        }
        while at < text.count {
          if unsafe arena[start &+ at] != text[at] { return false }
          at &+= 1
        }
        return true
      }
    }
  }

  /// What texts hash to is different in each process, so that nobody can make up texts that all hash alike: look-ups would
  /// go through all of them. Nothing that is written depends on it.
  static let secret = Secret()

  /// Numbers that nobody outside of the process knows.
  struct Secret: BitwiseCopyable, Sendable {
    let start: UInt64
    let factor: UInt64

    init() {
      start = .random(in: .min ... .max)
      // Odd, so that no bit is lost, with bits at both ends.
      factor = .random(in: .min ... .max) | 0x8000_0000_0000_0001
    }
  }

  /// The hash of a text in all tables of this process.
  @inline(__always)
  static func hash(_ text: Span<UInt8>) -> UInt64 { hash(text, secret) }

  /// Each eight bytes are multiplied by a secret number, and the halves of what comes out are put together: without that
  /// number nothing is known of what becomes of a difference between two texts.
  @inline(__always)
  static func hash(_ text: Span<UInt8>, _ secret: Secret) -> UInt64 {
    // Safety: eight, four or fewer bytes are read where there are as many; the last ones may be read twice.
    unsafe text.withUnsafeBytes { bytes in
      let count = bytes.count
      var hash = secret.start
      var at = 0
      while at &+ 8 < count {
        hash = unsafe folded(hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self), secret.factor)
        at &+= 8
      }
      var rest: UInt64 = 0
      if count >= 8 {
        rest = unsafe bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      } else if count >= 4 {
        rest = unsafe UInt64(bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        rest |= unsafe UInt64(bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)) &<< 32
      } else {
        while at < count {
          rest = unsafe rest &<< 8 | UInt64(bytes[at])
          at &+= 1
        }
      }
      hash = folded(hash ^ rest, secret.factor)
      return folded(hash &+ UInt64(truncatingIfNeeded: count), 0x9e37_79b9_7f4a_7c15)
    }
  }

  @inline(__always)
  private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let halves = left.multipliedFullWidth(by: right)
    return halves.high ^ halves.low
  }
}
