/// A segment with what has changed since it was written: deleted documents and live values.
///
/// A value: a snapshot keeps the view it was made with; the writer goes on with its own, and what both have in common is
/// shared.
struct SegmentView: Sendable {
  private(set) var segment: Segment
  /// A bit for each document that is deleted; empty while none is.
  private var deleted: [UInt64] = []
  private(set) var deletedCount = 0
  /// Live values by live field and block of documents; NaN where none was set.
  private var live: [[[Double]]]
  /// Whether deletions or live values changed since the last checkpoint.
  var isChanged = true

  /// Documents in a block of live values: what is copied when one changes.
  private static let liveBlock = 1024

  init(segment: Segment, liveFields: Int) {
    self.segment = segment
    let blocks = (segment.documentCount + Self.liveBlock - 1) / Self.liveBlock
    let empty = Array(repeating: Double.nan, count: Self.liveBlock)
    live = Array(repeating: Array(repeating: empty, count: blocks), count: liveFields)
  }

  var liveCount: Int { segment.documentCount - deletedCount }

  @inline(__always)
  func isDeleted(_ document: Int) -> Bool {
    !deleted.isEmpty && deleted[document >> 6] & (1 << UInt64(document & 63)) != 0
  }

  mutating func delete(_ document: Int) {
    if deleted.isEmpty { deleted = Array(repeating: 0, count: (segment.documentCount + 63) / 64) }
    guard !isDeleted(document) else { return }
    deleted[document >> 6] |= 1 << UInt64(document & 63)
    deletedCount += 1
    isChanged = true
  }

  /// A live value; NaN where none was set.
  @inline(__always)
  func liveValue(_ field: Int, of document: Int) -> Double {
    live[field][document / Self.liveBlock][document % Self.liveBlock]
  }

  mutating func setLive(_ field: Int, of document: Int, to value: Double) {
    live[field][document / Self.liveBlock][document % Self.liveBlock] = value
    isChanged = true
  }

  /// The sums of the text fields' lengths over documents that are not deleted.
  func totalLengths() -> [Int] {
    var totals = segment.totalLengths
    guard deletedCount > 0 else { return totals }
    for document in 0..<segment.documentCount where isDeleted(document) {
      for field in totals.indices { totals[field] -= segment.length(field: field, document: document) }
    }
    return totals
  }

  var liveFieldCount: Int { live.count }

  /// Goes on with the same segment, read from its file.
  mutating func map(_ mapped: Segment) { segment = mapped }
}
