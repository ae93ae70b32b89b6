/// A word that is near another: where it stands in a vocabulary's layers.
struct Neighbour {
  let layer: Int
  let number: Int
  let edits: Int
  /// The sum of its counts in all layers, more than 0.
  let count: Int64
}

/// Numbers that were seen, in an open-addressing table that grows.
struct SeenNumbers {
  private var slots = [UInt32](repeating: 0, count: 256)
  private var count = 0

  /// Forgets all.
  mutating func removeAll() {
    guard count > 0 else { return }
    for slot in slots.indices { slots[slot] = 0 }
    count = 0
  }

  /// Notes a number; false where it was seen before.
  mutating func insert(_ number: Int) -> Bool {
    if count * 2 >= slots.count {
      let old = slots
      slots = [UInt32](repeating: 0, count: old.count * 4)
      for entry in old where entry != 0 { _ = place(entry) }
    }
    guard place(UInt32(number) &+ 1) else { return false }
    count += 1
    return true
  }

  @inline(__always)
  private mutating func place(_ entry: UInt32) -> Bool {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: (UInt64(entry) &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
    while slots[slot] != 0 {
      if slots[slot] == entry { return false }
      slot = (slot + 1) & mask
    }
    slots[slot] = entry
    return true
  }
}

extension LayeredVocabulary {
  /// The words within `edits` edits (0 to 2) of a word of at most ``Letters/longest`` letters, in no order.
  func neighbours(of letters: [UInt32], edits: Int) -> [Neighbour] {
    assert(letters.count <= Letters.longest && (0...DeletionIndex.mostEdits).contains(edits))
    let pattern = EditPattern(letters)
    let sketch = LetterSketch(letters)
    var found: [Neighbour] = []
    var seen = SeenNumbers()
    var forms = Forms()
    forms.fill(letters.prefix(DeletionIndex.longestBeginning), edits: edits)
    var gathered: [UInt32] = []
    gathered.reserveCapacity(512)
    for index in layers.indices where layers[index].count > 0 {
      let layer = layers[index]
      gathered.removeAll(keepingCapacity: true)
      layer.deletions.gather(forms, into: &gathered)
      // The sketches are compared before the words, in a loop without jumps, so that memory is waited for once.
      let sketches = layer.sketches.span
      var kept = 0
      for place in gathered.indices {
        let number = gathered[place]
        gathered[kept] = number
        kept += sketch.canBe(edits, from: LetterSketch(bits: sketches[Int(number)])) ? 1 : 0
      }
      seen.removeAll()
      let bytes = layer.bytes.span
      for place in 0..<kept where seen.insert(Int(gathered[place])) {
        let number = Int(gathered[place])
        let range = layer.range(number)
        guard let distance = pattern.distance(to: bytes, range, atMost: edits),
          // A word of an older layer was found there.
          index == 0 || !contains(bytes, range, before: index)
        else { continue }
        let count = Vocabulary.sum(layer.counts[number], sum(of: bytes, range, from: index + 1))
        if count > 0 { found.append(Neighbour(layer: index, number: number, edits: distance, count: count)) }
      }
    }
    return found
  }
}
