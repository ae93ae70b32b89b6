/// Which of the newest segments are merged, by their numbers of documents, so that searches find few of them and few
/// documents are written again.
struct MergePolicy {
  /// So many documents are merged at once, while the writer waits; more are merged beside it.
  var mostAtOnce = 8000
  /// So many documents are worth a dictionary of their own, which takes a third of a second to make.
  var fewestToTrain = 8192

  /// Small segments of like size that are merged together: they come with each refresh, and cost little.
  private static let fewTogether = 4
  /// Large ones: each document is written again once for so many times that the index grows by as much.
  private static let manyTogether = 8
  /// A segment of a quarter of the largest one's documents counts as of like size.
  private static let likeness = 4
  /// With more segments, a second merge is begun beside the writer while one goes on.
  static let manySegments = 8
  /// With more segments, fewer than usual are merged together.
  static let mostSegments = 12
  /// With so many segments, the writer waits for a merge beside it.
  static let tooManySegments = 16

  /// Where the segments that are merged next begin; they reach to the last. Nil where none have to be.
  ///
  /// - Parameters:
  ///   - sizes: from the oldest to the newest.
  ///   - isCrowded: whether there are more segments than there should be.
  func first(of sizes: [Int], isCrowded: Bool) -> Int? {
    guard sizes.count > 1 else { return nil }
    if let small = firstSmall(of: sizes) { return small }
    if let large = firstLarge(of: sizes, together: Self.manyTogether) { return large }
    guard isCrowded else { return nil }
    return firstLarge(of: sizes, together: Self.fewTogether) ?? sizes.count - 2
  }

  /// With so many segments, nothing is merged for want of anything else to do.
  static let fewSegments = 3

  /// The segments that are merged into one while there is nothing else to do: the smallest, so many that few are left, of
  /// so many documents in all at most. Empty where there are none.
  func idle(of sizes: [Int], documents: Int) -> [Int] {
    guard sizes.count > Self.fewSegments else { return [] }
    return smallest(sizes.count - Self.fewSegments + 1, of: sizes, documents: documents)
  }

  /// The places of so many of the smallest segments, of so many documents in all at most; empty for less than two.
  func smallest(_ count: Int, of sizes: [Int], documents: Int = .max) -> [Int] {
    var places: [Int] = []
    var left = documents
    for place in sizes.indices.sorted(by: { (sizes[$0], $0) < (sizes[$1], $1) }).prefix(count) {
      guard sizes[place] <= left else { break }
      left -= sizes[place]
      places.append(place)
    }
    return places.count > 1 ? places.sorted() : []
  }

  /// Those that can be merged at once: each is at most twice as large as all that are newer.
  private func firstSmall(of sizes: [Int]) -> Int? {
    var start = sizes.count - 1
    var size = sizes[start]
    while start > 0, sizes[start - 1] <= 2 * size, size + sizes[start - 1] <= mostAtOnce {
      start -= 1
      size += sizes[start]
    }
    return sizes.count - start >= Self.fewTogether && size <= mostAtOnce ? start : nil
  }

  /// Those among which enough are of like size as the largest; smaller ones go along.
  private func firstLarge(of sizes: [Int], together: Int) -> Int? {
    sizes.indices.first { start in
      let candidates = sizes[start...]
      guard let largest = candidates.max(), candidates.reduce(0, +) > mostAtOnce else { return false }
      return candidates.count { $0 * Self.likeness > largest } >= together
    }
  }
}
