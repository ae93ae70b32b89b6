/// The values of a field by document, made for filtering, counting and sorting.
///
/// Kind (4): 1 none, 2 numbers, 3 texts; then the values.
enum Column {
  case none
  case numbers(NumberColumn)
  case texts(TextColumn)

  init(bytes: SegmentBytes, start: Int, documentCount: Int) {
    switch bytes.load(UInt32.self, at: start) {
    case 2: self = .numbers(NumberColumn(bytes: bytes, start: start + 4, documentCount: documentCount))
    case 3: self = .texts(TextColumn(bytes: bytes, start: start + 4, documentCount: documentCount))
    default: self = .none
    }
  }
}

/// The values of a field in all documents of a segment, before they are written.
enum ColumnValues {
  /// A field without column.
  case none
  /// Doubles, NaN where a document has none.
  case numbers([Double])
  case texts(TextColumnValues)
}
