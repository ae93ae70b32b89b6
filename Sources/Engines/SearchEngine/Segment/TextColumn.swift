internal import ByteCoding

/// The texts of each document, as ordinals of a dictionary in order; and for each text the documents that have it.
///
/// Documents with the same texts share one list of ordinals, so that counting counts lists first: few where documents have
/// one text each, or a path of them.
///
/// Bytes of a list number (4): 1, 2 or 4; number of lists (4); a list number a document, the room filled up to a multiple of
/// four; where each list's ordinals start (4 each, and the end); the ordinals (4 each), ascending; the dictionary; a place
/// of its documents for each text (`PostingEncoder.Place`); then the numbers that belong to names: how many there are (4),
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
  private let places: Section
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
    dictionary = TextTable(
      bytes: bytes, start: ordinals.end + 4, count: Int(bytes.load(UInt32.self, at: ordinals.end)))
    places = Section(bytes: bytes, start: dictionary.end, count: dictionary.count * PostingEncoder.placeBytes)
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
  func documents(ofText ordinal: Int) -> Int {
    Int(bytes.load(UInt32.self, at: places.start + ordinal * PostingEncoder.placeBytes))
  }

  /// Where the place of a text's documents is.
  func place(ofText ordinal: Int) -> Int { places.start + ordinal * PostingEncoder.placeBytes }

  /// For each text of a family of attributes the number of its name, ascending.
  var nameOfText: [Int] {
    var number = -1
    var last: [UInt8]?
    return (0..<dictionary.count).map { ordinal in
      let name = Array(dictionary.bytes(ordinal).prefix { $0 != 0 })
      if name != last { number += 1 }
      last = name
      return number
    }
  }

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
    // Safety: `init` found a list number for each document, and every list number is below `listCount`: the column was made
    // so, and its checksum was right; the count is checked where a number says otherwise.
    let source = unsafe bytes.pointer(at: numbers)
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      let base = unsafe counts.baseAddress.unsafelyUnwrapped
      let limit = listCount
      switch numberBytes {
      case 1: set.forEach { unsafe Self.count(Int(source.load(fromByteOffset: $0, as: UInt8.self)), limit, base) }
      case 2:
        set.forEach {
          unsafe Self.count(Int(source.loadUnaligned(fromByteOffset: $0 &* 2, as: UInt16.self)), limit, base)
        }
      default:
        set.forEach {
          unsafe Self.count(Int(source.loadUnaligned(fromByteOffset: $0 &* 4, as: UInt32.self)), limit, base)
        }
      }
    }
  }

  // Safety: `counts` has room for `limit` counts.
  @unsafe @inline(__always)
  private static func count(_ list: Int, _ limit: Int, _ counts: UnsafeMutablePointer<UInt32>) {
    precondition(list < limit, "a segment's table points outside of it")
    unsafe counts[list] &+= 1
  }
}

/// The texts of a segment's documents, before they are written.
struct TextColumnValues {
  /// The texts, in order.
  var dictionary: [[UInt8]] = []
  /// The ordinals of each document, ascending.
  var ordinals: [[UInt32]] = []
  /// The names of numbers, in order.
  var names: [[UInt8]] = []
  /// For each document its pairs of a name's ordinal and a number, by ordinal.
  var pairs: [[(name: UInt32, number: Double)]] = []

  /// The column's bytes; each text's documents go to `lists`.
  func encoded(lists postings: inout PostingEncoder) -> [UInt8] {
    var numbers: [[UInt32]: UInt32] = [:]
    var lists: [[UInt32]] = []
    let listOfDocument = ordinals.map { list -> UInt32 in
      if let number = numbers[list] { return number }
      let number = UInt32(lists.count)
      numbers[list] = number
      lists.append(list)
      return number
    }
    let numberBytes = lists.count <= 0x100 ? 1 : lists.count <= 0x1_0000 ? 2 : 4
    var writer = ByteWriter()
    writer.write(UInt32(numberBytes))
    writer.write(UInt32(lists.count))
    for number in listOfDocument {
      switch numberBytes {
      case 1: writer.write(UInt8(number))
      case 2: writer.write(UInt16(number))
      default: writer.write(number)
      }
    }
    while writer.count % 4 != 0 { writer.write(UInt8(0)) }
    Self.writeLists(lists, to: &writer) { writer, ordinal in writer.write(ordinal) }
    writer.writeBytes(SegmentEncoder.counted(dictionary))
    var documents = Array(repeating: [PostingEncoder.Posting](), count: dictionary.count)
    for (document, list) in ordinals.enumerated() {
      for ordinal in list {
        documents[Int(ordinal)].append(
          PostingEncoder.Posting(document: UInt32(document), pattern: 0, positionCount: 0))
      }
    }
    for list in documents {
      postings.add(list, positions: [], frequency: { _ in 0 }, isAlike: { _, _ in true }).write(to: &writer)
    }
    let pairCount = pairs.reduce(0) { $0 + $1.count }
    writer.write(UInt32(pairCount))
    if pairCount > 0 {
      Self.writeLists(pairs, to: &writer) { writer, pair in
        writer.write(pair.name)
        writer.write(pair.number)
      }
    }
    writer.writeBytes(SegmentEncoder.counted(names))
    return writer.bytes
  }

  /// Where each list starts, the end of the last, and the elements.
  private static func writeLists<Element>(
    _ lists: [[Element]], to writer: inout ByteWriter, _ write: (inout ByteWriter, Element) -> Void
  ) {
    var offset: UInt32 = 0
    for list in lists {
      writer.write(offset)
      offset += UInt32(list.count)
    }
    writer.write(offset)
    for list in lists { for element in list { write(&writer, element) } }
  }
}
