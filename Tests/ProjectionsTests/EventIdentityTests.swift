import ByteCoding
import Testing

@testable import Projections

@Suite("Identities of events")
struct EventIdentityTests {
  static func identity(_ number: Int) -> EventIdentity {
    let bytes = Array("\(number)".utf8)
    return EventIdentity(high: XXHash64.hash(bytes.rawBytes, seed: 1), low: XXHash64.hash(bytes.rawBytes, seed: 2))
  }

  @Test("Property: a set of identities is a set", arguments: 1...4 as ClosedRange<UInt64>)
  func sets(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var set = IdentitySet()
    var naive: Set<EventIdentity> = []
    for _ in 0..<3000 {
      // Few values in the lower half, so that slots collide.
      let identity = EventIdentity(
        high: UInt64(generator.number(0...30)), low: UInt64(generator.number(0...40) * 64 + 2))
      #expect(set.contains(identity) == naive.contains(identity), "seed \(seed)")
      #expect(set.insert(identity) == naive.insert(identity).inserted, "seed \(seed)")
    }
    var found: Set<EventIdentity> = []
    set.forEach { found.insert($0) }
    #expect(set.count == naive.count && found == naive)
  }

  @Test("the identity of all zeros is kept like any other")
  func zero() {
    var set = IdentitySet()
    let zero = EventIdentity(high: 0, low: 0)
    #expect(!set.contains(zero))
    let inserted = [set.insert(zero), set.insert(zero)]
    #expect(inserted == [true, false])
    #expect(set.contains(zero))
    #expect(set.count == 1)
  }

  @Test("at least as many identities as half the window holds are known, at most twice as many")
  func window() {
    var window = EventIdentityWindow(halfCapacity: 100)
    for number in 0..<1000 {
      let isNew = window.insert(Self.identity(number))
      #expect(isNew)
      let known = (0...number).filter {
        let identity = Self.identity($0)
        return window.newer.contains(identity) || window.older.contains(identity)
      }
      #expect(known.count >= min(number + 1, 100) && known.count < 200)
      #expect(known == Array((number + 1 - known.count)...number))
    }
  }

  @Test(
    "Property: a journal that is reopened anywhere knows what one that never was knows",
    arguments: 1...20 as ClosedRange<UInt64>)
  func journals(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    var steady = EventIdentityWindow(halfCapacity: 20)
    var journal = try EventIdentityJournal(directory: folder.path, restoring: nil, halfCapacity: 20)
    var manifest: EventIdentityJournal.Manifest?
    // What the last checkpoint knows, for going back to it.
    var saved = (steady, next: 0)
    var next = 0
    for round in 0..<120 {
      // Now and then more than two halves pass between checkpoints.
      for _ in 0..<(generator.chance(1, in: 6) ? generator.number(30...90) : generator.number(0...8)) {
        let number = generator.chance(1, in: 3) ? max(0, next - generator.number(0...60)) : next
        next = max(next, number + 1)
        let isNew = steady.insert(Self.identity(number))
        #expect(journal.insert(Self.identity(number)) == isNew, "seed \(seed), round \(round)")
      }
      if generator.chance(1, in: 3) {
        let written = try journal.checkpoint()
        let state = (steady, next: next)
        // It counts later, and what comes meanwhile is in the next one.
        for _ in 0..<(generator.chance(1, in: 3) ? generator.number(0...90) : 0) {
          _ = steady.insert(Self.identity(next))
          _ = journal.insert(Self.identity(next))
          next += 1
        }
        if generator.chance(4, in: 5) {
          manifest = written
          journal.discardFiles()
          saved = state
        } else {
          // It never does: a crash.
          journal = try EventIdentityJournal(directory: folder.path, restoring: manifest, halfCapacity: 20)
          (steady, next) = saved
        }
      }
      if generator.chance(1, in: 5) {
        journal = try EventIdentityJournal(directory: folder.path, restoring: manifest, halfCapacity: 20)
        (steady, next) = saved
      }
    }
    // A crash leaves files whose numbers come again.
    #expect(try folder.names().count <= 8, "seed \(seed)")
  }
}
