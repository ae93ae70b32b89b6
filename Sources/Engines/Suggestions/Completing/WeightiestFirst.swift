/// Gives the entries of ranges, the weightiest first: a heap of ranges by their greatest; what remains of a range
/// around its greatest goes back as two.
struct WeightiestFirst {
  private struct Item {
    let layer: Int
    let range: Range<Int>
    let place: Int
    let value: UInt64
  }

  private let layers: [SuggestionLayer]
  private var heap: [Item] = []

  init(layers: [SuggestionLayer]) { self.layers = layers }

  /// Takes in a range of a layer's entries.
  mutating func insert(_ range: Range<Int>, of layer: Int) {
    guard !range.isEmpty else { return }
    let place = layers[layer].weightiest(in: range)
    heap.append(Item(layer: layer, range: range, place: place, value: layers[layer].values[place]))
    var at = heap.count - 1
    while at > 0, precedes(heap[at], heap[(at - 1) / 2]) {
      heap.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  /// The phrase of the weightiest entry that was not given yet.
  mutating func next() -> (layer: Int, number: Int)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    insert(first.range.lowerBound..<first.place, of: first.layer)
    insert(first.place + 1..<first.range.upperBound, of: first.layer)
    return (first.layer, layers[first.layer].number(first.place))
  }

  private mutating func sink() {
    var at = 0
    while true {
      var best = at
      for child in [2 * at + 1, 2 * at + 2] where child < heap.count && precedes(heap[child], heap[best]) {
        best = child
      }
      if best == at { return }
      heap.swapAt(at, best)
      at = best
    }
  }

  private func precedes(_ left: Item, _ right: Item) -> Bool {
    if left.layer == right.layer { return left.value > right.value }
    if left.value >> 32 != right.value >> 32 { return left.value > right.value }
    let number = Int(~UInt32(truncatingIfNeeded: left.value))
    let other = Int(~UInt32(truncatingIfNeeded: right.value))
    return layers[left.layer].key(number, precedes: layers[right.layer], other)
  }
}
