/// Merges the stored documents of segments: those that refer to another dictionary than the merged segment's are compressed
/// again, all others are copied.
struct StoredMerge {
  let parts: [SegmentView]
  /// The documents in the order of their ids: which part each comes from, and its number there.
  let origins: [(part: Int, document: Int)]
  /// Documents from which on a dictionary is made for them.
  let fewestToTrain: Int

  /// A dictionary serves until there are so many times the documents that it came with.
  private static let longestUse = 4

  /// Adds ids and stored documents.
  func add(to encoder: inout SegmentEncoder) {
    var dictionary = dictionary
    var packer = StoredBlob.Packer()
    if let found = dictionary {
      if let made = StoredBlob.Packer(found) { packer = made } else { dictionary = nil }
    }
    if let dictionary { encoder.setDictionary(dictionary) }
    let agrees = parts.map { part in
      part.segment.dictionary === dictionary || part.segment.dictionary?.bytes == dictionary?.bytes
    }
    for (part, document) in origins {
      let segment = parts[part].segment
      var blob = segment.storedBlob(of: document)
      if !agrees[part], dictionary != nil || StoredBlob.needsDictionary(blob) {
        blob = packer.packed(segment.storedDocument(document))
      }
      encoder.addDocument(id: segment.ids.bytes(document).span, stored: blob.span)
    }
  }

  /// The dictionary of the merged segment: that of the part with the most documents of those that have one, while these
  /// are not few; else a new one where that pays.
  private var dictionary: StoredDictionary? {
    let inherited = parts.filter { $0.segment.dictionary != nil }.max { $0.liveCount < $1.liveCount }
    if let inherited, inherited.liveCount * Self.longestUse >= origins.count || origins.count < fewestToTrain {
      return inherited.segment.dictionary
    }
    guard origins.count >= fewestToTrain else { return nil }
    return StoredDictionary.trained(count: origins.count) { place in
      parts[origins[place].part].segment.storedDocument(origins[place].document)
    }
  }
}
