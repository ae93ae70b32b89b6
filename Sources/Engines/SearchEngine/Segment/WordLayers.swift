internal import Dispatch
internal import Suggestions
internal import Synchronization

/// The words of all segments, shared by the snapshots of an index: one common vocabulary, since a look-up costs as much in
/// each of several as in one, and beside it those of segments that came after it was made.
///
/// It is made when it is first asked for, and costs nothing before. Merging segments changes no words: the common
/// vocabulary goes on to stand for what they become, words of deleted documents included; once as many documents were
/// added to it as it was made of, it is made anew beside whoever asks.
final class WordLayers: Sendable {
  private struct State {
    var common = LayeredVocabulary()
    /// The segments whose words the common vocabulary has.
    var covered: Set<UInt64> = []
    /// The documents of the segments that it was made of, and that were added to it since.
    var madeOf = 0
    var added = 0
    var isMade = false
    /// Whether so much was added that it is made anew before it grows.
    var isStale = false
    var isMaking = false
    /// Merges since the making began.
    var merges: [(parts: [Segment], number: UInt64)] = []
    /// Counts the changes, so that who keeps what was made of it knows of them.
    var version = 0
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "words", qos: .utility)

  /// So few documents are added whatever the vocabulary was made of.
  private let alwaysAdded: Int
  /// So many numbers of segments are kept before those that are gone are forgotten.
  private static let mostCovered = 1000

  init(alwaysAdded: Int = 10_000) { self.alwaysAdded = alwaysAdded }

  /// Changes when the same segments have another vocabulary.
  var version: Int { state.withLock { $0.version } }

  /// The words of these segments, and whether they are those of before many were added, since new ones are being made.
  /// Makes what is not made yet: some microseconds a word.
  func vocabulary(of segments: [Segment]) -> (words: LayeredVocabulary, isStale: Bool) {
    let (common, others) = state.withLock { state -> (LayeredVocabulary, [Segment]?) in
      if !state.isMade {
        state.common = LayeredVocabulary(layers: [Self.common(of: segments)])
        Self.cover(segments, &state)
      }
      if state.isStale {
        begin(segments, &state)
        return (state.common, nil)
      }
      return (state.common, segments.filter { !state.covered.contains($0.number) })
    }
    guard let others else { return (common, true) }
    let layers = others.map { $0.lookups.words(of: $0) }.filter { $0.count > 0 }
    return (LayeredVocabulary(layers: common.layers + layers), false)
  }

  /// Notes that segments became one, which stands for their words from now on.
  ///
  /// - Parameter current: the index's segments.
  func merge(_ parts: [Segment], into number: UInt64, current: [Segment]) {
    state.withLock { state in
      guard state.isMade, !state.isStale else { return }
      if state.isMaking { state.merges.append((parts, number)) }
      let others = parts.filter { !state.covered.contains($0.number) }
      let documents = others.reduce(0) { $0 + $1.documentCount }
      state.added += documents
      if state.added > max(alwaysAdded, state.madeOf) {
        state.isStale = true
        return
      }
      for part in others {
        state.common.push(part.lookups.words(of: part))
        state.covered.insert(part.number)
      }
      if state.covered.count > Self.mostCovered {
        state.covered.formIntersection(current.map(\.number) + parts.map(\.number))
      }
      state.covered.insert(number)
      state.version += 1
    }
  }

  /// Waits until nothing is being made. For tests.
  func waitUntilMade() { queue.sync {} }

  private func begin(_ segments: [Segment], _ state: inout State) {
    guard !state.isMaking else { return }
    state.isMaking = true
    state.merges = []
    queue.async { [self] in
      let common = Self.common(of: segments)
      let merges = self.state.withLock { state in
        state.common = LayeredVocabulary(layers: [common])
        Self.cover(segments, &state)
        state.isMaking = false
        defer { state.merges = [] }
        return state.merges
      }
      for merge in merges { self.merge(merge.parts, into: merge.number, current: segments) }
    }
  }

  private static func cover(_ segments: [Segment], _ state: inout State) {
    state.covered = Set(segments.map(\.number))
    state.madeOf = segments.reduce(0) { $0 + $1.documentCount }
    state.added = 0
    state.isMade = true
    state.isStale = false
    state.version += 1
  }

  private static func common(of segments: [Segment]) -> Vocabulary {
    var builder = Vocabulary.Builder()
    for segment in segments { SegmentLookups.addWords(of: segment, to: &builder) }
    return builder.finish()
  }
}
