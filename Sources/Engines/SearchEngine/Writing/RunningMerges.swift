/// The merges that go on beside the writer, each of segments of its own.
struct RunningMerges: ~Copyable {
  private var merges: [BackgroundMerge] = []

  /// More would take the processors from searches, and memory.
  private static let most = 2

  deinit {
    // Whoever opens the index next must find nobody writing its files.
    for merge in merges { merge.abandon() }
  }

  var isEmpty: Bool { merges.isEmpty }
  var isFull: Bool { merges.count >= Self.most }

  /// Whether one is done.
  var isOneOver: Bool { merges.contains(where: \.isOver) }

  /// The numbers of the segments that are being made.
  var numbers: [UInt64] { merges.map(\.number) }

  /// The segments that there will be less.
  var surplus: Int { merges.reduce(0) { $0 + $1.parts.count - 1 } }

  /// The most documents of one.
  var documentCount: Int { merges.map(\.documentCount).max() ?? 0 }

  /// Whether a segment is being merged.
  func hold(_ segment: UInt64) -> Bool { merges.contains { $0.parts.contains(segment) } }

  mutating func begin(_ merge: BackgroundMerge) { merges.append(merge) }

  /// Takes one out that is done.
  mutating func takeOver() -> BackgroundMerge? {
    merges.firstIndex(where: \.isOver).map { merges.remove(at: $0) }
  }

  /// Waits until one is done: that of the fewest documents.
  func waitForOne() { merges.min { $0.documentCount < $1.documentCount }?.wait() }

  /// Waits until all are done.
  func waitForAll() { for merge in merges { merge.wait() } }
}
