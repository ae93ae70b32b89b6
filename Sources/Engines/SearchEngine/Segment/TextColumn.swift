internal import ByteCoding

/// The texts of each document, as ordinals of a dictionary in order; and for each text the documents that have it.
///
/// Documents with the same texts share one list of ordinals, so that counting counts lists first: few where documents have
/// one text each, or a path of them.
///
/// Bytes of a list number (4): 1, 2 or 4; number of lists (4); a list number a document, the room filled up to a multiple of
/// four; where each list's ordinals start (4 each, and the end); the ordinals (4 each), ascending; the dictionary; the
/// places of the lists of each text's documents (`ListPlaces`); then the numbers that belong to names: how many there are (4),
/// and where there are any where each document's pairs start (4 each, and the end), and the pairs (ordinal of the name, 4,
/// and double, 8); the names.
struct TextColumn {
  private let bytes: SegmentBytes
  private let numbers: Int
  private let numberBytes: Int
  /// The number of different lists.
  let listCount: Int
  private let starts: Section
  private let ordinals: Section
  /// The texts, in order.
  let dictionary: TextTable
  /// Where the lists of the texts' documents are.
  let places: ListPlaces
  /// nil where no document has any.
  private let pairStarts: Section?
  private let pairs: Section
  /// The names of numbers, in order.
  let names: TextTable

  init(bytes: SegmentBytes, start: Int, documentCount: Int) {
    self.bytes = bytes
    numberBytes = Int(bytes.load(UInt32.self, at: start))
    listCount = Int(bytes.load(UInt32.self, at: start + 4))
    precondition([1, 2, 4].contains(numberBytes), "a segment's table points outside of it")
    numbers = start + 8
    let startsAt = numbers + (documentCount * numberBytes + 3) / 4 * 4
    starts = Section(bytes: bytes, start: startsAt, count: (listCount + 1) * 4)
    ordinals = Section(bytes: bytes, start: starts.end, count: starts.uint32(listCount) * 4)
    dictionary = TextTable(bytes: bytes, start: ordinals.end + 4, count: Int(bytes.load(UInt32.self, at: ordinals.end)))
    places = ListPlaces(bytes: bytes, start: dictionary.end, count: dictionary.count)
    let pairCount = Int(bytes.load(UInt32.self, at: places.end))
    let pairTable = Section(
      bytes: bytes, start: places.end + 4, count: pairCount > 0 ? (documentCount + 1) * 4 : 0)
    pairStarts = pairCount > 0 ? pairTable : nil
    pairs = Section(bytes: bytes, start: pairTable.end, count: pairCount * 12)
    names = TextTable(bytes: bytes, start: pairs.end + 4, count: Int(bytes.load(UInt32.self, at: pairs.end)))
  }

  /// The number of a document's list.
  @inline(__always)
  func list(of document: Int) -> Int {
    switch numberBytes {
    case 1: Int(bytes.load(UInt8.self, at: numbers &+ document))
    case 2: Int(bytes.load(UInt16.self, at: numbers &+ document &* 2))
    default: Int(bytes.load(UInt32.self, at: numbers &+ document &* 4))
    }
  }

  /// Gives the ordinals of a list, ascending.
  @inline(__always)
  func forEachOrdinal(ofList list: Int, _ body: (Int) -> Void) {
    for index in starts.uint32(list)..<starts.uint32(list &+ 1) { body(ordinals.uint32(index)) }
  }

  /// Gives the ordinals of a document's texts, ascending.
  @inline(__always)
  func forEachOrdinal(of document: Int, _ body: (Int) -> Void) { forEachOrdinal(ofList: list(of: document), body) }

  func count(ofList list: Int) -> Int { starts.uint32(list + 1) - starts.uint32(list) }

  /// Whether a list has an ordinal in a range.
  func list(_ list: Int, meets range: Range<Int>) -> Bool {
    var low = starts.uint32(list)
    let end = starts.uint32(list + 1)
    var high = end
    while low < high {
      let middle = (low + high) / 2
      if ordinals.uint32(middle) < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < end && ordinals.uint32(low) < range.upperBound
  }

  /// The least ordinal of a document.
  func first(of document: Int) -> Int? {
    let list = list(of: document)
    return count(ofList: list) > 0 ? ordinals.uint32(starts.uint32(list)) : nil
  }

  /// How many documents have a text, deleted ones included.
  func documents(ofText ordinal: Int) -> Int { places.documents(ordinal) }

  /// Gives the pairs of a name's ordinal and a number of a document.
  func forEachPair(of document: Int, _ body: (Int, Double) -> Void) {
    guard let pairStarts else { return }
    for index in pairStarts.uint32(document)..<pairStarts.uint32(document + 1) {
      let at = pairs.start + index * 12
      body(Int(bytes.load(UInt32.self, at: at)), Double(bitPattern: bytes.load(UInt64.self, at: at + 4)))
    }
  }

  /// Adds to `counts`, by list, the documents of a set.
  func countLists(of set: DocumentSet, into counts: inout [UInt32]) {
    precondition(counts.count >= listCount, "there is no room for every list")
    // Safety: `init` found a list number for each document; whatever it is, it is checked before it counts.
    let source = unsafe bytes.pointer(at: numbers)
    let tally = ListTally(lists: listCount)
    switch numberBytes {
    case 1: tally.count(set) { unsafe Int(source.load(fromByteOffset: $0, as: UInt8.self)) }
    case 2: tally.count(set) { unsafe Int(source.loadUnaligned(fromByteOffset: $0 &* 2, as: UInt16.self)) }
    default: tally.count(set) { unsafe Int(source.loadUnaligned(fromByteOffset: $0 &* 4, as: UInt32.self)) }
    }
    tally.add(to: &counts)
  }
}
