/// Finds the documents that all of several matchers match.
///
/// The rarest matcher leads: its documents are taken in batches, and each other matcher, the next rarest first, leaves those
/// that it matches too. Of a matcher that is not much commoner all documents of the batch's window are read; of others each
/// candidate is looked up.
// Safety: `documents`, `stage` and `places` are allocated in `init`, with the room that is stated, and freed in `deinit`.
@safe final class Conjunction {
  private let view: SegmentView
  /// The rarest first.
  private let cursors: [MatchCursor]
  /// For each matcher the index of its cursor.
  private let order: [Int]
  private let allowed: DocumentSet?

  /// Documents of a batch whose window is read, and candidates of one that is not.
  fileprivate static let batchSize = 2048
  /// Reading a posting costs so much less than looking one up, where it is not looked up in a bitmap and where it is.
  private static let (lookUpCost, denseLookUpCost) = (24, 6)

  /// The candidates, ascending.
  private let documents: UnsafeMutablePointer<UInt32>
  /// For each cursor the places of the candidates that it and all before it match.
  private let places: UnsafeMutablePointer<UInt32>
  /// For each document of a window 1 more than its number among the candidates, 0 where it is none.
  private let stage: UnsafeMutablePointer<UInt16>

  /// - Parameters:
  ///   - cursors: two at least.
  ///   - allowed: the documents that may be taken; nil for all but deleted ones.
  init(_ cursors: [MatchCursor], view: SegmentView, allowed: DocumentSet?) {
    self.view = view
    self.allowed = allowed
    let byCount = cursors.indices.sorted { (cursors[$0].mostDocuments, $0) < (cursors[$1].mostDocuments, $1) }
    self.cursors = byCount.map { cursors[$0] }
    var order = Array(repeating: 0, count: cursors.count)
    for (place, index) in byCount.enumerated() { order[index] = place }
    self.order = order
    unsafe documents = UnsafeMutablePointer<UInt32>.allocate(capacity: Self.batchSize)
    unsafe places = UnsafeMutablePointer<UInt32>.allocate(capacity: Self.batchSize * cursors.count)
    unsafe stage = UnsafeMutablePointer<UInt16>.allocate(capacity: Self.batchSize)
    unsafe stage.initialize(repeating: 0, count: Self.batchSize)
  }

  deinit {
    unsafe documents.deallocate()
    unsafe places.deallocate()
    unsafe stage.deallocate()
  }

  /// Documents that all matchers match, ascending, with the place of each for each matcher.
  // Safety: there are `count` documents, and as many places for each of the matchers in `order`; they are read while the
  // call lasts to which this is given.
  @safe struct Batch {
    let count: Int
    fileprivate let documents: UnsafePointer<UInt32>
    fileprivate let places: UnsafePointer<UInt32>
    fileprivate let order: [Int]

    @inline(__always)
    func document(_ index: Int) -> Int {
      precondition(index < count, "a batch has no more documents")
      return unsafe Int(documents[index])
    }

    @inline(__always)
    func place(_ index: Int, of matcher: Int) -> Int {
      precondition(index < count, "a batch has no more documents")
      return unsafe Int(places[order[matcher] &* Conjunction.batchSize &+ index])
    }

    /// Adds the documents to a set, if there is one.
    func insert(into set: inout DocumentSet?) {
      unsafe set?.insert(documents: UnsafeBufferPointer(start: documents, count: count))
    }
  }

  /// Gives all of them, batch by batch.
  func run(_ body: (Batch) -> Void) {
    guard cursors.allSatisfy({ $0.mostDocuments > 0 }) else { return }
    let lead = cursors[0]
    let isWindowed = isRead(cursors[1], forEach: lead.mostDocuments, of: view.segment.documentCount)
    while let first = lead.next {
      let start = first / Self.batchSize * Self.batchSize
      var count = gather(before: isWindowed ? start + Self.batchSize : .max)
      for index in cursors.indices.dropFirst() where count > 0 {
        if isWindowed, isRead(cursors[index], forEach: count, of: Self.batchSize) {
          count = keepByReading(index, count, start: start)
        } else {
          count = keepByLookingUp(index, count)
        }
      }
      if count > 0 { unsafe body(Batch(count: count, documents: documents, places: places, order: order)) }
    }
  }

  /// Whether all documents of a cursor are read rather than some looked up.
  private func isRead(_ cursor: MatchCursor, forEach candidates: Int, of documents: Int) -> Bool {
    let postings = cursor.mostDocuments * documents / view.segment.documentCount
    return postings < candidates * (cursor.isDense ? Self.denseLookUpCost : Self.lookUpCost)
  }

  /// Makes the next documents of the rarest matcher the candidates; returns how many there are.
  private func gather(before end: Int) -> Int {
    let lead = cursors[0]
    let deleted = view.deleted
    var count = 0
    func take(_ document: Int, _ place: Int) {
      if let allowed, !allowed.contains(document) { return }
      if let deleted, deleted.contains(document) { return }
      unsafe documents[count] = UInt32(truncatingIfNeeded: document)
      unsafe places[count] = UInt32(truncatingIfNeeded: place)
      count &+= 1
    }
    guard end == .max else {
      lead.visit(upTo: end) { take($0, $1) }
      return count
    }
    // A stretch of documents has no more candidates than documents.
    while count <= Self.batchSize / 2, let next = lead.next {
      lead.visit(upTo: next + Self.batchSize / 2) { take($0, $1) }
    }
    return count
  }

  /// Leaves the candidates that a cursor matches too, by reading all of its documents in the window.
  private func keepByReading(_ index: Int, _ count: Int, start: Int) -> Int {
    for candidate in 0..<count {
      unsafe stage[Int(documents[candidate]) &- start] = UInt16(truncatingIfNeeded: candidate &+ 1)
    }
    let cursor = cursors[index]
    cursor.skip(to: start)
    var kept = 0
    cursor.visit(upTo: start + Self.batchSize, where: { unsafe stage[$0 &- start] != 0 }) { document, place in
      unsafe keep(Int(stage[document &- start]) &- 1, at: kept, place: place, of: index)
      kept &+= 1
    }
    unsafe stage.update(repeating: 0, count: Self.batchSize)
    return kept
  }

  /// Leaves the candidates that a cursor matches too, by looking each up.
  private func keepByLookingUp(_ index: Int, _ count: Int) -> Int {
    let cursor = cursors[index]
    var kept = 0
    for candidate in 0..<count {
      guard let place = unsafe cursor.place(of: Int(documents[candidate])) else { continue }
      keep(candidate, at: kept, place: place, of: index)
      kept &+= 1
    }
    return kept
  }

  /// Moves a candidate to the place where it is kept, which is not after it.
  @inline(__always)
  private func keep(_ candidate: Int, at kept: Int, place: Int, of index: Int) {
    unsafe documents[kept] = documents[candidate]
    for before in 0..<index {
      unsafe places[before &* Self.batchSize &+ kept] = places[before &* Self.batchSize &+ candidate]
    }
    unsafe places[index &* Self.batchSize &+ kept] = UInt32(truncatingIfNeeded: place)
  }
}
