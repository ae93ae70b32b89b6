internal import Dispatch
internal import Synchronization

/// The threads that make segments of documents.
struct BuilderThreads: Sendable {
  /// What each knows of words.
  private let lexicons = (0..<most).map { _ in KeptLexicon() }
  /// What stored documents of large segments refer to, so that merging copies them; nil while none was trained.
  var dictionary: StoredDictionary?

  /// As many as the machine runs at once, but not so many that segments become small.
  private static let most = max(2, min(8, SearchWorkers.cores))
  /// Documents from which on segments are made by several threads.
  private static let manyDocuments = 4096

  /// The bytes of a segment of the documents, or of several of parts of them.
  ///
  /// - Parameter documents: in the order of their ids' bytes, each id once.
  func segments(
    of documents: [IndexDocument], definition: IndexDefinition
  ) -> [(part: Range<Int>, bytes: [UInt8])] {
    // What many documents bring is worth to be kept; for few, going over all that is known would cost more.
    guard documents.count >= Self.manyDocuments else {
      var lexicon = Lexicon()
      return [
        (documents.indices, SegmentBuilder.segment(of: documents[...], definition: definition, lexicon: &lexicon))
      ]
    }
    let parts = (0..<Self.most).map {
      documents.count * $0 / Self.most..<documents.count * ($0 + 1) / Self.most
    }
    let built = Mutex<[Int: [UInt8]]>([:])
    DispatchQueue.concurrentPerform(iterations: parts.count) { number in
      let bytes = lexicons[number].lexicon.withLock { lexicon in
        SegmentBuilder.segment(
          of: documents[parts[number]], definition: definition, lexicon: &lexicon, dictionary: dictionary)
      }
      built.withLock { $0[number] = bytes }
    }
    return built.withLock { built in parts.enumerated().compactMap { number, part in built[number].map { (part, $0) } }
    }
  }
}

/// A lexicon that threads may use one after the other.
private final class KeptLexicon: Sendable {
  let lexicon = Mutex<Lexicon>(Lexicon())
}
