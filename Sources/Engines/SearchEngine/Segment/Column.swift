/// The values of a field by document, made for filtering, counting and sorting.
enum Column {
  case none
  case numbers(NumberColumn)
  case texts(TextColumn)

  init(bytes: SegmentBytes, start: Int, documentCount: Int) {
    switch bytes.load(UInt32.self, at: start) {
    case 2:
      self = .numbers(NumberColumn(values: Section(bytes: bytes, start: start + 8, count: documentCount * 8)))
    case 3: self = .texts(TextColumn(bytes: bytes, start: start + 4, documentCount: documentCount))
    default: self = .none
    }
  }
}

/// A double a document, NaN where it has none.
struct NumberColumn {
  let values: Section

  @inline(__always)
  func value(of document: Int) -> Double { values.double(document) }
}

/// The texts of each document, as ordinals of a dictionary in order.
struct TextColumn {
  private let bytes: SegmentBytes
  private let starts: Section
  private let ordinals: Section
  /// The texts, in order.
  let dictionary: TextTable
  private let pairStarts: Section
  private let pairs: Section
  /// The names of numbers, in order.
  let names: TextTable

  init(bytes: SegmentBytes, start: Int, documentCount: Int) {
    self.bytes = bytes
    starts = Section(bytes: bytes, start: start, count: (documentCount + 1) * 4)
    let ordinalCount = starts.uint32(documentCount)
    ordinals = Section(bytes: bytes, start: start + starts.count, count: ordinalCount * 4)
    let dictionaryStart = ordinals.start + ordinals.count
    dictionary = TextTable(
      bytes: bytes, start: dictionaryStart + 4, count: Int(bytes.load(UInt32.self, at: dictionaryStart)))
    pairStarts = Section(bytes: bytes, start: dictionary.end, count: (documentCount + 1) * 4)
    let pairCount = pairStarts.uint32(documentCount)
    pairs = Section(bytes: bytes, start: pairStarts.start + pairStarts.count, count: pairCount * 12)
    let nameStart = pairs.start + pairs.count
    names = TextTable(bytes: bytes, start: nameStart + 4, count: Int(bytes.load(UInt32.self, at: nameStart)))
  }

  /// Gives the ordinals of a document's texts, ascending.
  @inline(__always)
  func forEachOrdinal(of document: Int, _ body: (Int) -> Void) {
    for index in starts.uint32(document)..<starts.uint32(document + 1) { body(ordinals.uint32(index)) }
  }

  func count(of document: Int) -> Int { starts.uint32(document + 1) - starts.uint32(document) }

  /// The least ordinal of a document.
  func first(of document: Int) -> Int? { count(of: document) > 0 ? ordinals.uint32(starts.uint32(document)) : nil }

  /// Gives the pairs of a name's ordinal and a number of a document.
  func forEachPair(of document: Int, _ body: (Int, Double) -> Void) {
    for index in pairStarts.uint32(document)..<pairStarts.uint32(document + 1) {
      let at = pairs.start + index * 12
      body(Int(bytes.load(UInt32.self, at: at)), Double(bitPattern: bytes.load(UInt64.self, at: at + 4)))
    }
  }
}
