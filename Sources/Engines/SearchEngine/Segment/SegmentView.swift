/// A segment with what has changed since it was written: deleted documents and live values.
///
/// A value: a snapshot keeps the view it was made with; the writer goes on with its own, and what both have in common is
/// shared.
struct SegmentView: Sendable {
  private(set) var segment: Segment
  /// The documents that are deleted; nil while none is.
  private(set) var deleted: DocumentSet?
  private(set) var deletedCount = 0
  /// For each text field the sum of its lengths over documents that are not deleted.
  private(set) var totalLengths: [Int]
  /// Live values by live field.
  private var live: [LiveColumn]
  /// Whether deletions or live values changed since the last checkpoint.
  var isChanged = true

  init(segment: Segment, liveFields: Int) {
    self.segment = segment
    totalLengths = segment.totalLengths
    live = Array(repeating: LiveColumn(documentCount: segment.documentCount), count: liveFields)
  }

  var liveCount: Int { segment.documentCount - deletedCount }

  @inline(__always)
  func isDeleted(_ document: Int) -> Bool { deleted?.contains(document) ?? false }

  mutating func delete(_ document: Int) {
    guard !isDeleted(document) else { return }
    var set = deleted.take() ?? DocumentSet(capacity: segment.documentCount)
    set.insert(document)
    deleted = set
    deletedCount += 1
    for field in totalLengths.indices {
      totalLengths[field] -= Int(FieldLength.length(segment.lengthCode(field: field, document: document)))
    }
    isChanged = true
  }

  /// How many documents of a list are not deleted.
  func liveCount(of list: PostingList) -> Int {
    guard let deleted else { return list.count }
    if let bitmap = list.bitmap {
      var both = deleted
      both.formIntersection(bitmap)
      return list.count - both.count
    }
    var count = 0
    list.forEachDocument { if !deleted.contains($0) { count += 1 } }
    return count
  }

  /// A live value; NaN where none was set.
  @inline(__always)
  func liveValue(_ field: Int, of document: Int) -> Double { live[field].value(of: document) }

  /// A live field's values.
  func liveColumn(_ field: Int) -> LiveColumn { live[field] }

  /// Changes a live value; false where it was so before.
  @discardableResult
  mutating func setLive(_ field: Int, of document: Int, to value: Double) -> Bool {
    // To write what is there already would copy the block that snapshots have.
    guard live[field].value(of: document).bitPattern != value.bitPattern else { return false }
    live[field].set(document, to: value)
    isChanged = true
    return true
  }

  var liveFieldCount: Int { live.count }

  /// Goes on with the same segment, read from its file.
  mutating func map(_ mapped: Segment) { segment = mapped }
}

/// Values that change in place, by document: in blocks, so that a snapshot costs a copy only of those that change after
/// it.
struct LiveColumn: Sendable {
  private var blocks: [[Double]]
  private let documentCount: Int

  /// Documents in a block.
  private static let blockSize = 512

  init(documentCount: Int) {
    self.documentCount = documentCount
    // Blocks without values are one and the same.
    let empty = Array(repeating: Double.nan, count: Self.blockSize)
    blocks = Array(repeating: empty, count: (documentCount + Self.blockSize - 1) / Self.blockSize)
  }

  @inline(__always)
  func value(of document: Int) -> Double { blocks[document / Self.blockSize][document % Self.blockSize] }

  mutating func set(_ document: Int, to value: Double) {
    blocks[document / Self.blockSize][document % Self.blockSize] = value
  }

  /// Adds the documents whose values fulfil a condition.
  @inline(__always)
  func insert(into set: inout DocumentSet, where holds: (Double) -> Bool) {
    unsafe set.insert(upTo: documentCount) { first, flags in
      // Safety: a block has a value for each of `blockSize` documents, a multiple of the 64 that are asked for.
      unsafe blocks[first / Self.blockSize].withUnsafeBufferPointer { block in
        let start = first % Self.blockSize
        precondition(start &+ 64 <= block.count, "a block has too few values")
        let values = unsafe block.baseAddress.unsafelyUnwrapped + start
        for index in 0..<64 { unsafe flags[index] = holds(values[index]) ? 1 : 0 }
      }
    } where: {
      holds(value(of: $0))
    }
  }
}
