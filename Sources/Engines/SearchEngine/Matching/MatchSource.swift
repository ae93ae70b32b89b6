/// What a matcher matches in one segment.
enum MatchSource: Sendable {
  /// A term, wherever it stands.
  case term(PostingList)
  /// Documents that were found one by one.
  case found(FoundDocuments)

  static let nothing = MatchSource.found(FoundDocuments())

  /// At most so many documents, deleted ones included.
  var mostDocuments: Int {
    switch self {
    case .term(let list): list.count
    case .found(let found): found.documents.count
    }
  }

  /// How many documents match that are not deleted.
  func liveCount(in view: SegmentView) -> Int {
    switch self {
    case .term(let list): view.liveCount(of: list)
    case .found(let found): found.documents.count
    }
  }

  /// Adds the documents that match, deleted ones included.
  func insert(into set: inout DocumentSet) {
    switch self {
    case .term(let list): set.insert(list)
    case .found(let found): for document in found.documents { set.insert(Int(document)) }
    }
  }

  /// The frequency that counts in a document; nil where it does not match.
  func frequency(of document: Int, scorer: PostingScorer) -> Double? {
    switch self {
    case .term(let list):
      guard let (block, index) = list.posting(of: document) else { return nil }
      return scorer.frequency(document: document, pattern: list.pattern(index, of: block))
    case .found(let found):
      let place = found.lowerBound(UInt32(document))
      guard place < found.documents.count, found.documents[place] == UInt32(document) else { return nil }
      return found.frequencies[place]
    }
  }
}

/// Documents, ascending, none of them deleted, with the frequency that counts in each.
struct FoundDocuments: Sendable {
  var documents: [UInt32] = []
  var frequencies: [Double] = []

  mutating func append(_ document: Int, _ frequency: Double) {
    documents.append(UInt32(document))
    frequencies.append(frequency)
  }

  /// The first place whose document is not before `document`.
  func lowerBound(_ document: UInt32) -> Int {
    var low = 0
    var high = documents.count
    while low < high {
      let middle = (low + high) / 2
      if documents[middle] < document { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
