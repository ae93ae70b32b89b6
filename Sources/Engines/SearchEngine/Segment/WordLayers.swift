internal import Dispatch
internal import Suggestions
internal import Synchronization

/// The words of all segments, shared by the snapshots of an index: a vocabulary for each segment or, since a look-up
/// costs as much in each of several as in one, a common one of the segments that were there when it was made.
///
/// The common one is made beside whoever asks, once it spares much; until then, and for segments that came later, each
/// segment's own is asked.
final class WordLayers: Sendable {
  private struct State {
    var segments: Set<UInt64> = []
    var common = Vocabulary()
    /// Counts the common vocabularies.
    var version = 0
    var isMaking = false
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "words", qos: .utility)

  /// A common vocabulary is made anew once the other layers hold one word for so many of it.
  private static let share = 4

  /// Changes when other layers can be had for the same segments.
  var version: Int { state.withLock { $0.version } }

  /// The words of these segments. Makes what is not made yet: two microseconds a word.
  func vocabulary(of segments: [Segment]) -> LayeredVocabulary {
    var (merged, common) = state.withLock { ($0.segments, $0.common) }
    // Where one of its segments is gone, so is its use.
    if !merged.isSubset(of: segments.map(\.number)) { (merged, common) = ([], Vocabulary()) }
    var layers = segments.filter { !merged.contains($0.number) }.map { $0.lookups.words(of: $0) }
    let others = layers.reduce(0) { $0 + $1.count }
    if common.count > 0 { layers.insert(common, at: 0) }
    if layers.count > 1, others * Self.share > common.count { begin(segments) }
    return LayeredVocabulary(layers: layers)
  }

  /// Waits until no common vocabulary is being made. For tests.
  func waitUntilMade() { queue.sync {} }

  private func begin(_ segments: [Segment]) {
    let isFirst = state.withLock { state in
      defer { state.isMaking = true }
      return !state.isMaking
    }
    guard isFirst else { return }
    queue.async { [self] in
      var builder = Vocabulary.Builder()
      for segment in segments { builder.add(segment.lookups.words(of: segment)) }
      let common = builder.finish()
      state.withLock { state in
        state.segments = Set(segments.map(\.number))
        state.common = common
        state.version += 1
        state.isMaking = false
      }
    }
  }
}
