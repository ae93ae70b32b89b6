internal import QueryLanguage

/// Which of two hits comes first. Ties are broken by id, so that the order never depends on segments.
struct HitOrder {
  /// A hit with what it is ordered by.
  struct Candidate {
    let place: Searcher.Place
    /// The values of the sort keys, in order; empty where the order is by score alone.
    let values: [Cursor.SortValue]
    let id: [UInt8]
  }

  /// What a sort key reads.
  private enum Source {
    /// How many groups match, then the score.
    case matchedGroups
    case score
    case number(Int)
    case text(Int)
  }

  private let snapshot: IndexSnapshot
  private let scores: ScoreTables
  private let keys: [(source: Source, isDescending: Bool)]
  /// Tells cursors of this order from those of another.
  private let identity: UInt64

  init(
    snapshot: IndexSnapshot, sort: [SortKey], scores: ScoreTables, isRelaxed: Bool, hasScores: Bool
  ) throws(SearchError) {
    self.snapshot = snapshot
    self.scores = scores
    var keys: [(source: Source, isDescending: Bool)] = []
    let byScore = hasScores ? [SortKey(field: SortKey.score, isDescending: true)] : []
    for key in sort.isEmpty ? byScore : sort {
      if key.field == SortKey.score {
        // Documents with more of the words come before those with fewer, whatever their scores.
        if isRelaxed { keys.append((.matchedGroups, key.isDescending)) }
        keys.append((.score, key.isDescending))
        continue
      }
      switch try FieldReference(key.field, in: snapshot.definition) {
      case .number(let ordinal), .boolean(let ordinal), .date(let ordinal):
        keys.append((.number(ordinal), key.isDescending))
      case .keyword(let ordinal): keys.append((.text(ordinal), key.isDescending))
      default: throw .unsuitableField(key.field, reason: "can't be sorted by; sort by a number, date or keyword")
      }
    }
    self.keys = keys
    var identity: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in sort.map({ "\($0.field):\($0.isDescending)" }).joined(separator: ",").utf8 {
      identity = (identity ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }
    self.identity = identity
  }

  func candidate(at place: Searcher.Place) -> Candidate {
    Candidate(
      place: place, values: keys.map { value(of: $0.source, at: place) },
      id: snapshot.views[place.view].segment.ids.bytes(place.document))
  }

  /// A hit of an order by score alone.
  func candidate(_ place: Searcher.Place, score: Double) -> Candidate {
    Candidate(place: place, values: [.number(score)], id: snapshot.views[place.view].segment.ids.bytes(place.document))
  }

  /// Whether hits come in the order of their ids.
  var isByID: Bool { keys.isEmpty }

  /// The hit that a cursor stands for, which need not exist any more.
  func candidate(at cursor: Cursor) throws(SearchError) -> Candidate {
    guard cursor.order == identity, cursor.values.count == keys.count else { throw .invalidCursor }
    return Candidate(place: Searcher.Place(view: -1, document: -1), values: cursor.values, id: cursor.id)
  }

  func cursor(after candidate: Candidate) -> Cursor {
    Cursor(values: candidate.values, id: candidate.id, order: identity)
  }

  /// Whether `left` comes before `right`.
  func precedes(_ left: Candidate, _ right: Candidate) -> Bool {
    for (index, key) in keys.enumerated() {
      switch (left.values[index], right.values[index]) {
      case (.missing, .missing): continue
      case (.missing, _): return false
      case (_, .missing): return true
      case (.number(let left), .number(let right)):
        if left != right { return key.isDescending ? left > right : left < right }
      case (.text(let left), .text(let right)):
        if left != right {
          return key.isDescending ? right.lexicographicallyPrecedes(left) : left.lexicographicallyPrecedes(right)
        }
      default: continue
      }
    }
    return left.id.lexicographicallyPrecedes(right.id)
  }

  /// Whether a hit comes after `other` by the first key already.
  func isWorse(_ place: Searcher.Place, than other: Candidate) -> Bool {
    guard let key = keys.first, case .number(let right) = other.values[0] else { return false }
    guard case .number(let left) = value(of: key.source, at: place) else { return true }
    return key.isDescending ? left < right : left > right
  }

  private func value(of source: Source, at place: Searcher.Place) -> Cursor.SortValue {
    let view = snapshot.views[place.view]
    switch source {
    case .matchedGroups: return .number(Double(scores.matchedGroups(at: place)))
    case .score: return .number(scores.score(at: place))
    case .number(let ordinal):
      if let live = snapshot.liveFields[ordinal] {
        let value = view.liveValue(live, of: place.document)
        return value.isNaN ? .missing : .number(value)
      }
      guard case .numbers(let column) = view.segment.columns[ordinal] else { return .missing }
      let value = column.value(of: place.document)
      return value.isNaN ? .missing : .number(value)
    case .text(let ordinal):
      guard case .texts(let column) = view.segment.columns[ordinal], let first = column.first(of: place.document) else {
        return .missing
      }
      return .text(column.dictionary.bytes(first))
    }
  }
}

/// The best candidates of those offered, in a heap whose root is the worst of them.
struct TopHits {
  private let order: HitOrder
  private let capacity: Int
  private var heap: [HitOrder.Candidate] = []

  init(order: HitOrder, capacity: Int) {
    self.order = order
    self.capacity = capacity
  }

  /// Takes a candidate in where it is among the best and comes after `cursor`.
  mutating func offer(_ candidate: HitOrder.Candidate, after cursor: HitOrder.Candidate?) {
    if let cursor, !order.precedes(cursor, candidate) { return }
    if heap.count < capacity {
      heap.append(candidate)
      var child = heap.count - 1
      while child > 0, order.precedes(heap[(child - 1) / 2], heap[child]) {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    } else if let worst = heap.first, order.precedes(candidate, worst) {
      heap[0] = candidate
      sink()
    }
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var worst = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && order.precedes(heap[worst], heap[child])
      {
        worst = child
      }
      if worst == parent { return }
      heap.swapAt(parent, worst)
      parent = worst
    }
  }

  /// Takes a hit in where it is among the best and comes after `cursor`.
  mutating func offer(_ place: Searcher.Place, after cursor: HitOrder.Candidate?) {
    // Most hits lose by what they are ordered by first; their ids need not be read.
    if heap.count == capacity, order.isWorse(place, than: heap[0]) { return }
    offer(order.candidate(at: place), after: cursor)
  }

  /// The best candidates, best first.
  func sorted() -> [HitOrder.Candidate] { heap.sorted { order.precedes($0, $1) } }
}

/// For each value of a keyword field the best hit that has it; hits without value stand for themselves.
struct CollapsedHits {
  private let snapshot: IndexSnapshot
  private let field: Int

  init(snapshot: IndexSnapshot, field: String) throws(SearchError) {
    guard case .keyword(let ordinal) = try FieldReference(field, in: snapshot.definition) else {
      throw .unsuitableField(field, reason: "can't be collapsed by; only a keyword field can")
    }
    self.snapshot = snapshot
    self.field = ordinal
  }

  func best(of hits: [DocumentSet], by order: HitOrder) -> [Searcher.Place] {
    var best: [[UInt8]: HitOrder.Candidate] = [:]
    var alone: [Searcher.Place] = []
    for (view, set) in hits.enumerated() {
      guard case .texts(let column) = snapshot.views[view].segment.columns[field] else { continue }
      set.forEach { document in
        let place = Searcher.Place(view: view, document: document)
        guard let value = column.first(of: document).map(column.dictionary.bytes) else {
          alone.append(place)
          return
        }
        let candidate = order.candidate(at: place)
        if let other = best[value], order.precedes(other, candidate) { return }
        best[value] = candidate
      }
    }
    return best.values.map(\.place) + alone
  }
}
