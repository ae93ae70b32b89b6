/// Reads where a term stands in documents, by the numbers of its postings.
///
/// One thread uses it, within one call of the search, so that accesses can't overlap.
// Safety: `patterns` has room for the patterns of a block, `starts` for as many numbers, `places` for `capacity`; all are
// allocated in `init` and freed in `deinit`, and filled before they are read.
@safe final class PositionReader {
  private let list: PostingList
  private let table: OccurrencePatterns
  private let patterns: UnsafeMutablePointer<UInt32>
  /// How many positions come before those of each posting of the block.
  private let starts: UnsafeMutablePointer<UInt32>
  @exclusivity(unchecked) private var block: PostingList.Block?
  @exclusivity(unchecked) private var number = -1
  @exclusivity(unchecked) private var places: UnsafeMutablePointer<UInt64>
  @exclusivity(unchecked) private var capacity = 64
  @exclusivity(unchecked) private var count = 0

  init(list: PostingList, patterns table: OccurrencePatterns) {
    self.list = list
    self.table = table
    unsafe patterns = UnsafeMutablePointer<UInt32>.allocate(capacity: BitPacking.blockCount)
    unsafe starts = UnsafeMutablePointer<UInt32>.allocate(capacity: BitPacking.blockCount)
    unsafe places = UnsafeMutablePointer<UInt64>.allocate(capacity: 64)
  }

  deinit {
    unsafe patterns.deallocate()
    unsafe starts.deallocate()
    unsafe places.deallocate()
  }

  /// The pattern of a posting.
  @inline(__always)
  func pattern(ofPosting posting: Int) -> Int {
    enter(posting / BitPacking.blockCount)
    return unsafe Int(patterns[posting % BitPacking.blockCount])
  }

  /// Reads where the term stands in a posting's document.
  @inline(never)
  func read(posting: Int) {
    let pattern = pattern(ofPosting: posting)
    guard let block = unsafe block else { return }
    let total = table.total(pattern)
    if unsafe total > capacity { makeRoom(for: total) }
    let places = unsafe places
    var first = unsafe Int(starts[posting % BitPacking.blockCount])
    var read = 0
    for entry in table.range(pattern) {
      let field = UInt64(table.field(entry)) << 32
      let frequency = min(table.frequency(entry), total &- read)
      var position: UInt64 = 0
      list.readPositions(first, frequency, of: block) { difference in
        position &+= UInt64(difference)
        unsafe places[read] = field | position
        read &+= 1
      }
      first &+= frequency
    }
    unsafe count = read
  }

  private func makeRoom(for total: Int) {
    unsafe places.deallocate()
    unsafe places = UnsafeMutablePointer<UInt64>.allocate(capacity: total)
    unsafe capacity = total
  }

  /// Whether there are places left.
  @inline(__always)
  var isEmpty: Bool { unsafe count == 0 }

  /// The places that are left of those read last: the field's number in the upper half, the position in the lower; ascending.
  var remaining: [UInt64] { unsafe Array(UnsafeBufferPointer(start: places, count: count)) }

  /// Gives the fields of the places that are left, each with their number.
  @inline(__always)
  func forEachField(_ body: (_ field: Int, _ count: Int) -> Void) {
    var index = 0
    while unsafe index < count {
      let field = unsafe places[index] >> 32
      let first = index
      while unsafe index < count && places[index] >> 32 == field { index &+= 1 }
      body(Int(field), index &- first)
    }
  }

  /// Replaces the places by those of `next` that come right after one of them.
  @inline(never)
  func keepFollowing(_ next: PositionReader) {
    var kept = 0
    var at = 0
    let (count, places) = unsafe (count, places)
    for index in 0..<(unsafe next.count) {
      let place = unsafe next.places[index]
      while unsafe at < count && places[at] &+ 1 < place { at &+= 1 }
      guard at < count else { break }
      if unsafe places[at] &+ 1 == place {
        // What is overwritten has been passed: no more is kept than was looked at.
        unsafe places[kept] = place
        kept &+= 1
        at = max(at, kept)
      }
    }
    unsafe self.count = kept
  }

  @inline(__always)
  private func enter(_ wanted: Int) {
    if unsafe number != wanted { readBlock(wanted) }
  }

  private func readBlock(_ wanted: Int) {
    let next = list.block(wanted)
    unsafe list.readPatterns(of: next, into: patterns)
    var start: UInt32 = 0
    for index in 0..<next.count {
      unsafe starts[index] = start
      start &+= UInt32(truncatingIfNeeded: unsafe table.total(Int(patterns[index])))
    }
    unsafe block = next
    unsafe number = wanted
  }
}
