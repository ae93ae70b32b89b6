/// What the postings of a segment count, by the statistics of a snapshot.
// Safety: the pointers are to the segment's bytes and to the norms, both of which live as long as this value, which holds
// them. `OccurrencePatterns` and `Segment` checked when they were opened that there is an entry for each pattern, that each
// entry's field is a text field, and that there is a length for each document and field; patterns and documents are checked
// here.
@safe struct PostingScorer {
  private let segment: Segment
  private let norms: FieldNorms
  private let lengths: UnsafeRawPointer
  private let starts: UnsafeRawPointer
  private let entries: UnsafeRawPointer
  private let patternCount: Int
  private let documentCount: Int
  private let fieldCount: Int

  init(segment: Segment, norms: FieldNorms) {
    self.segment = segment
    self.norms = norms
    unsafe lengths = segment.lengthCodes
    unsafe starts = segment.patterns.startTable
    unsafe entries = segment.patterns.entryTable
    patternCount = segment.patterns.count
    documentCount = segment.documentCount
    fieldCount = segment.textFieldCount
  }

  /// How repetition counts.
  var saturation: Saturation { norms.saturation }

  /// A posting's frequency: over all fields, by their weights and the lengths of the document's texts.
  @inline(__always)
  func frequency(document: Int, pattern: Int) -> Double {
    precondition(document < documentCount && pattern < patternCount, "a segment's table points outside of it")
    let row = unsafe lengths + document &* fieldCount
    var entry = unsafe Int(starts.loadUnaligned(fromByteOffset: pattern &* 4, as: UInt32.self))
    let end = unsafe Int(starts.loadUnaligned(fromByteOffset: pattern &* 4 &+ 4, as: UInt32.self))
    var sum = 0.0
    while entry < end {
      let occurrence = unsafe entries.loadUnaligned(fromByteOffset: entry &* 4, as: UInt32.self)
      let field = Int(occurrence & 0xff)
      let length = unsafe Int(row.load(fromByteOffset: field, as: UInt8.self))
      sum += unsafe Double(occurrence &>> 8) * norms.base[field &<< 8 | length]
      entry &+= 1
    }
    return sum
  }

  /// A posting's frequency in one field.
  func frequency(document: Int, pattern: Int, field: Int) -> Double {
    for entry in segment.patterns.range(pattern) where segment.patterns.field(entry) == field {
      return Double(segment.patterns.frequency(entry)) * norm(document: document, field: field)
    }
    return 0
  }

  /// What one occurrence in a field of a length counts.
  func norm(field: Int, code: UInt8) -> Double { norms.value(field: field, code: code) }

  /// What one occurrence in a field of a document counts.
  @inline(__always)
  func norm(document: Int, field: Int) -> Double {
    norms.value(field: field, code: segment.lengthCode(field: field, document: document))
  }
}
