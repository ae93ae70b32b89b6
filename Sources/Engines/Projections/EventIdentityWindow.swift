internal import ByteCoding

/// Remembers the identities of the latest events, so that one that comes again is known.
///
/// Two halves of up to `halfCapacity` identities each: when the newer is full, the older is forgotten. So at least the
/// last `halfCapacity` events are known, at most twice as many, and which ones depends on the events alone, not on
/// time or restarts. Memory: 32 bytes an identity kept.
struct EventIdentityWindow {
  /// Identities that fill one half.
  let halfCapacity: Int
  private(set) var newer: IdentitySet
  private(set) var older: IdentitySet

  init(halfCapacity: Int = 2_000_000) {
    self.halfCapacity = halfCapacity
    newer = IdentitySet()
    older = IdentitySet()
  }

  /// Remembers `identity`; false where it was known.
  mutating func insert(_ identity: EventIdentity) -> Bool {
    guard !older.contains(identity), newer.insert(identity) else { return false }
    if newer.count >= halfCapacity {
      older = newer
      newer = IdentitySet()
    }
    return true
  }
}

/// A set of 128-bit hashes: open addressing with linear probing, at most half full, never shrinking.
///
/// The hashes are already uniformly distributed, so their lower bits serve as the slot. The pair (0, 0) marks a free
/// slot; the one identity that would be this pair is stored as (0, 1), which no hash function is likely to give.
struct IdentitySet {
  private var slots: [EventIdentity] = []
  private(set) var count = 0

  private static let free = EventIdentity(high: 0, low: 0)

  private static func stored(_ identity: EventIdentity) -> EventIdentity {
    identity == free ? EventIdentity(high: 0, low: 1) : identity
  }

  func contains(_ identity: EventIdentity) -> Bool {
    guard !slots.isEmpty else { return false }
    return slots[slot(of: Self.stored(identity))] != Self.free
  }

  /// Adds `identity`; false where it was there.
  mutating func insert(_ identity: EventIdentity) -> Bool {
    if (count + 1) * 2 > slots.count { grow() }
    let identity = Self.stored(identity)
    let slot = slot(of: identity)
    guard slots[slot] == Self.free else { return false }
    slots[slot] = identity
    count += 1
    return true
  }

  /// Every identity, in no particular order.
  func forEach(_ body: (EventIdentity) -> Void) {
    for slot in slots where slot != Self.free { body(slot) }
  }

  /// The slot that holds `identity`, or the free one where it would go.
  private func slot(of identity: EventIdentity) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: identity.low) & mask
    while slots[slot] != Self.free, slots[slot] != identity { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Self.free, count: max(64, old.count * 2))
    for identity in old where identity != Self.free { slots[slot(of: identity)] = identity }
  }
}
