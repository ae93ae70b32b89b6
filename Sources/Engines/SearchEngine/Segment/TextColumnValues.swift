/// The texts of a segment's documents, before they are written.
struct TextColumnValues {
  /// The texts, in order.
  var dictionary: [[UInt8]] = []
  /// The ordinals of the documents, one after the other, ascending in each.
  var ordinals: [UInt32] = []
  /// Where each document's ordinals end.
  var ends: [Int] = []
  /// The names of numbers, in order.
  var names: [[UInt8]] = []
  /// For each document its pairs of a name's ordinal and a number, by ordinal; none at all where no document has any.
  var pairs: [[(name: UInt32, number: Double)]] = []

  /// Different lists of ordinals, by number.
  private struct Lists {
    var ordinals: [UInt32] = []
    var ends: [Int] = []
    /// For each document the number of its list.
    var ofDocument: [UInt32] = []
  }

  /// Writes the column; each text's documents go to `lists`.
  func write(to bytes: inout Row<UInt8>, lists postings: inout PostingEncoder) {
    let lists = distinctLists()
    let numberBytes = lists.ends.count <= 0x100 ? 1 : lists.ends.count <= 0x1_0000 ? 2 : 4
    let start = bytes.count
    bytes.write(UInt32(numberBytes))
    bytes.write(UInt32(lists.ends.count))
    for number in lists.ofDocument {
      switch numberBytes {
      case 1: bytes.write(UInt8(number))
      case 2: bytes.write(UInt16(number))
      default: bytes.write(number)
      }
    }
    while (bytes.count - start) % 4 != 0 { bytes.write(UInt8(0)) }
    bytes.write(UInt32(0))
    for end in lists.ends { bytes.write(UInt32(end)) }
    for ordinal in lists.ordinals { bytes.write(ordinal) }
    Self.write(dictionary, to: &bytes)
    writeDocuments(to: &bytes, lists: &postings)
    writePairs(to: &bytes)
    Self.write(names, to: &bytes)
  }

  private static func write(_ texts: [[UInt8]], to bytes: inout Row<UInt8>) {
    var table = TextTableWriter()
    for text in texts { table.append(text) }
    table.write(to: &bytes)
  }

  /// Documents with the same texts share a list; lists are numbered as they come.
  private func distinctLists() -> Lists {
    var lists = Lists()
    lists.ofDocument.reserveCapacity(ends.count)
    // Most documents have one text: its ordinal leads to the list.
    var ofSingle = Array(repeating: UInt32.max, count: dictionary.count)
    var ofSeveral: [[UInt32]: UInt32] = [:]
    var start = 0
    for end in ends {
      let list = ordinals[start..<end]
      let isSingle = list.count == 1
      let known = isSingle ? ofSingle[Int(list[start])] : ofSeveral[Array(list)] ?? .max
      start = end
      guard known == .max else {
        lists.ofDocument.append(known)
        continue
      }
      let number = UInt32(lists.ends.count)
      if isSingle { ofSingle[Int(list[end - 1])] = number } else { ofSeveral[Array(list)] = number }
      lists.ordinals += list
      lists.ends.append(lists.ordinals.count)
      lists.ofDocument.append(number)
    }
    return lists
  }

  /// Writes the places of the lists of each text's documents.
  private func writeDocuments(to bytes: inout Row<UInt8>, lists postings: inout PostingEncoder) {
    // A counting sort puts the documents of a text side by side.
    var next = Array(repeating: 0, count: dictionary.count + 1)
    for ordinal in ordinals { next[Int(ordinal) + 1] += 1 }
    for index in next.indices.dropFirst() { next[index] += next[index - 1] }
    let starts = next
    var documents = Array(repeating: UInt32(0), count: ordinals.count)
    var start = 0
    for (document, end) in ends.enumerated() {
      for ordinal in ordinals[start..<end] {
        documents[next[Int(ordinal)]] = UInt32(document)
        next[Int(ordinal)] += 1
      }
      start = end
    }
    var places = ListPlaces.Writer()
    for ordinal in dictionary.indices {
      places.append(postings.add(documents: documents.span.extracting(starts[ordinal]..<starts[ordinal + 1])))
    }
    places.write(to: &bytes)
  }

  /// Writes where each document's pairs start, the end of the last, and the pairs, after their number.
  private func writePairs(to bytes: inout Row<UInt8>) {
    let count = pairs.reduce(0) { $0 + $1.count }
    bytes.write(UInt32(count))
    guard count > 0 else { return }
    var offset: UInt32 = 0
    for list in pairs {
      bytes.write(offset)
      offset += UInt32(list.count)
    }
    bytes.write(offset)
    for list in pairs {
      for pair in list {
        bytes.write(pair.name)
        bytes.write(pair.number.bitPattern)
      }
    }
  }
}
