/// The best documents by score of those offered, in a heap whose root is the worst of them; of equal scores the one with
/// the lesser id is better.
struct TopScores: Sendable {
  struct Entry: Sendable {
    let score: Double
    let place: Searcher.Place
  }

  private let views: [SegmentView]
  private let capacity: Int
  private let cursor: (score: Double, id: [UInt8])?
  private var heap: [Entry] = []

  /// - Parameter cursor: only documents after this place are taken.
  init(views: [SegmentView], capacity: Int, after cursor: (score: Double, id: [UInt8])?) {
    self.views = views
    self.capacity = capacity
    self.cursor = cursor
    heap.reserveCapacity(capacity)
  }

  /// The score below which nothing is taken any more.
  var threshold: Double { heap.count < capacity ? -.infinity : heap[0].score }

  /// Whether documents of a view, from `first` on, none of which scores more than `bound`, may be among the best.
  @inline(__always)
  func mayTake(bound: Double, view: Int, from first: Int) -> Bool {
    guard heap.count == capacity else { return true }
    let worst = heap[0]
    if bound != worst.score { return bound > worst.score }
    // Documents are in the order of their ids: an equal score in a later document loses.
    return worst.place.view != view || worst.place.document > first
  }

  /// Takes in the best of another search for as many.
  mutating func formUnion(_ other: TopScores) { for entry in other.heap { take(entry) } }

  /// Takes a document in where it is among the best.
  @inline(__always)
  mutating func offer(score: Double, view: Int, document: Int) {
    if heap.count == capacity, score < heap[0].score { return }
    take(Entry(score: score, place: Searcher.Place(view: view, document: document)))
  }

  private mutating func take(_ entry: Entry) {
    if let cursor {
      guard entry.score <= cursor.score else { return }
      if entry.score == cursor.score,
        !cursor.id.lexicographicallyPrecedes(views[entry.place.view].segment.ids.bytes(entry.place.document))
      {
        return
      }
    }
    if heap.count < capacity {
      heap.append(entry)
      var child = heap.count - 1
      while child > 0, precedes(heap[(child - 1) / 2], heap[child]) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    } else if let worst = heap.first, precedes(entry, worst) {
      heap[0] = entry
      var parent = 0
      while true {
        var worst = parent
        for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(heap[worst], heap[child]) {
          worst = child
        }
        if worst == parent { return }
        heap.swapAt(parent, worst)
        parent = worst
      }
    }
  }

  private func precedes(_ left: Entry, _ right: Entry) -> Bool {
    if left.score != right.score { return left.score > right.score }
    if left.place.view == right.place.view { return left.place.document < right.place.document }
    let ids = views[left.place.view].segment.ids
    return ids.compare(left.place.document, with: views[right.place.view].segment.ids, right.place.document) < 0
  }

  /// The best documents, best first.
  func sorted() -> [Entry] { heap.sorted(by: precedes) }
}
