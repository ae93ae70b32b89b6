/// Finds the places of a phrase's words in a document that are near to where the phrase has them.
///
/// Were a word alone in the phrase's first place, the phrase would start at `position − place`. The width of a match is
/// the difference between the greatest and the least of these starts over all words: 0 where the phrase stands as it is,
/// 1 where another word stands between two, 2 where two neighbours are swapped. This is Lucene's measure of slop. A word
/// that the phrase has twice must stand there twice.
struct SloppyPhrase {
  private let slop: Int
  /// For each word the nearest one before it that is the same.
  private let sameBefore: [Int?]

  init(_ terms: [[UInt8]], slop: Int) {
    self.slop = slop
    sameBefore = terms.indices.map { index in terms[..<index].lastIndex(of: terms[index]) }
  }

  /// What the matches count that the first word has part in: for each of its places with a match no wider than the slop,
  /// 1 / (1 + the least width), with the place.
  ///
  /// - Parameter places: where each word stands, ascending; fields are far apart.
  func matches(_ places: [[UInt64]]) -> [(place: UInt64, weight: Double)] {
    var matches: [(place: UInt64, weight: Double)] = []
    var chosen = Array(repeating: 0, count: places.count)
    for first in places[0] {
      var least = Int.max
      for before in 0...slop where before < least {
        if let width = width(from: Int(first) - before, first: Int(first), places, &chosen) {
          least = min(least, width)
        }
      }
      if least <= slop { matches.append((first, 1 / Double(1 + least))) }
    }
    return matches
  }

  /// The least width of the matches none of whose words starts the phrase before `start`: each word is taken as early as
  /// that allows, which leaves the most room for those after it.
  private func width(from start: Int, first: Int, _ places: [[UInt64]], _ chosen: inout [Int]) -> Int? {
    chosen[0] = first
    var latest = first
    for index in places.indices.dropFirst() {
      var earliest = start + index
      if let before = sameBefore[index] { earliest = max(earliest, chosen[before] + 1) }
      guard let place = Self.first(of: places[index], from: earliest), place - index - start <= slop else { return nil }
      chosen[index] = place
      latest = max(latest, place - index)
    }
    return latest - start
  }

  private static func first(of places: [UInt64], from earliest: Int) -> Int? {
    var low = 0
    var high = places.count
    while low < high {
      let middle = (low + high) / 2
      if Int(places[middle]) < earliest { low = middle + 1 } else { high = middle }
    }
    return low < places.count ? Int(places[low]) : nil
  }
}
