/// Where lists are: of each the number of its documents, and where it and its positions start.
struct ListPlaces {
  private let counts: NumberTable
  private let starts: NumberTable
  private let positionStarts: NumberTable

  /// The places of `count` lists, from `start` on.
  init(bytes: SegmentBytes, start: Int, count: Int) {
    counts = NumberTable(bytes: bytes, start: start, count: count)
    starts = NumberTable(bytes: bytes, start: counts.end, count: count)
    positionStarts = NumberTable(bytes: bytes, start: starts.end, count: count)
  }

  /// The place after them.
  var end: Int { positionStarts.end }

  /// How many documents a list has.
  func documents(_ list: Int) -> Int { counts[list] }

  subscript(_ list: Int) -> (count: Int, start: Int, positionsStart: Int) {
    (counts[list], starts[list], positionStarts[list])
  }

  /// Places that are being written.
  struct Writer: ~Copyable {
    private var counts = Row<UInt64>()
    private var starts = Row<UInt64>()
    private var positionStarts = Row<UInt64>()

    mutating func append(_ place: PostingEncoder.Place) {
      counts.append(UInt64(place.count))
      starts.append(UInt64(place.start))
      positionStarts.append(UInt64(place.positionsStart))
    }

    func write(to bytes: inout Row<UInt8>) {
      NumberTable.write(counts.span, to: &bytes)
      NumberTable.write(starts.span, to: &bytes)
      NumberTable.write(positionStarts.span, to: &bytes)
    }
  }
}
