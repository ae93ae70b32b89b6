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
    let packer = StoredBlob.Packer(orAlone: chosenDictionary)
    let dictionary = packer.dictionary
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

  /// The dictionary of the merged segment: the one that most documents refer to, while these are not few; else a new one
  /// where that pays.
  private var chosenDictionary: StoredDictionary? {
    var uses: [(dictionary: StoredDictionary, documents: Int)] = []
    for part in parts {
      guard let dictionary = part.segment.dictionary else { continue }
      if let known = uses.firstIndex(where: { $0.dictionary.bytes == dictionary.bytes }) {
        uses[known].documents += part.liveCount
      } else {
        uses.append((dictionary, part.liveCount))
      }
    }
    if let best = uses.max(by: { $0.documents < $1.documents }),
      best.documents * Self.longestUse >= origins.count || origins.count < fewestToTrain
    {
      return best.dictionary
    }
    guard origins.count >= fewestToTrain else { return nil }
    return StoredDictionary.trained(count: origins.count) { place in
      parts[origins[place].part].segment.storedDocument(origins[place].document)
    }
  }
}
