/// The texts of documents, one after the other.
struct TextLists: ~Copyable {
  private var table = TermTable()
  private var values = Row<UInt32>()
  private var ends: [Int] = []

  mutating func add(_ text: String) {
    var text = text
    let number = text.withUTF8 { utf8 in
      // Safety: the span is used within this closure, as long as the bytes are there.
      unsafe table.number(of: Span(_unsafeElements: utf8))
    }
    values.append(UInt32(number))
  }

  mutating func endDocument() { ends.append(values.count) }

  /// The texts in order, and for each document its texts' ordinals, ascending, each once.
  func finish() -> TextColumnValues {
    let order = table.order()
    var places = Array(repeating: UInt32(0), count: table.count)
    for (place, number) in order.enumerated() { places[number] = UInt32(place) }
    var column = TextColumnValues()
    column.dictionary = order.map { table.bytes($0) }
    column.ordinals.reserveCapacity(values.count)
    column.ends.reserveCapacity(ends.count)
    var list: [UInt32] = []
    var start = 0
    for end in ends {
      if end - start == 1 {
        column.ordinals.append(places[Int(values[start])])
      } else {
        list.removeAll(keepingCapacity: true)
        for index in start..<end { list.append(places[Int(values[index])]) }
        list.sort()
        for (index, ordinal) in list.enumerated() where index == 0 || ordinal != list[index - 1] {
          column.ordinals.append(ordinal)
        }
      }
      column.ends.append(column.ordinals.count)
      start = end
    }
    return column
  }
}
