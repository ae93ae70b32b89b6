/// Vocabularies that are asked as one: a word's count is the sum of its counts in all layers, and it is there where
/// that is more than 0.
///
/// A large vocabulary is kept up to date by small layers of changes over it: ``update(_:)`` adds one and merges layers
/// of like size, so that n words take O(log n) layers, and a change costs O(log n) times a word's building. A value:
/// whoever holds a copy sees no later change, and copies share their layers.
public struct LayeredVocabulary: Sendable {
  /// The layers, the oldest first.
  public private(set) var layers: [Vocabulary]
  /// The sum of all counts.
  public private(set) var total: Int64

  /// A layer is merged with the one below it where that is not this many times as large.
  private static let ratio = 4
  /// Layers of fewer words together are always merged.
  private static let smallest = 64

  /// Vocabularies as they are, such as one for each segment of an index.
  public init(layers: [Vocabulary] = []) {
    self.layers = layers
    total = layers.reduce(0) { Vocabulary.sum($0, $1.total) }
  }

  /// Adds to words' counts; a negative number takes away.
  public mutating func update(_ changes: some Sequence<(word: String, change: Int64)>) {
    var builder = Vocabulary.Builder()
    for (word, change) in changes { builder.add(word.utf8.span, count: change) }
    push(builder.finish(keepsAll: !layers.isEmpty))
  }

  /// Lays a vocabulary of changes over the others.
  public mutating func push(_ layer: Vocabulary) {
    guard layer.count > 0 else { return }
    defer { total = layers.reduce(0) { Vocabulary.sum($0, $1.total) } }
    var kept = layers.count
    var size = layer.count
    while kept > 0, layers[kept - 1].count < max(size * Self.ratio, Self.smallest) {
      kept -= 1
      size += layers[kept].count
    }
    guard kept < layers.count else { return layers.append(layer) }
    var builder = Vocabulary.Builder()
    for merged in layers[kept...] { builder.add(merged) }
    builder.add(layer)
    layers.removeSubrange(kept...)
    layers.append(builder.finish(keepsAll: kept > 0))
  }

  /// All layers as one vocabulary, without the words whose counts are used up.
  public func merged() -> Vocabulary {
    var builder = Vocabulary.Builder()
    for layer in layers { builder.add(layer) }
    return builder.finish()
  }

  /// A word's count; 0 where it is not there.
  public func count(of word: Span<UInt8>) -> Int64 { max(0, sum(of: word, 0..<word.count, from: 0)) }

  /// A word's count; 0 where it is not there.
  public func count(of word: String) -> Int64 { count(of: word.utf8.span) }

  /// The sum of a word's counts in the layers from `first` on.
  func sum(of word: Span<UInt8>, _ range: Range<Int>, from first: Int) -> Int64 {
    var sum: Int64 = 0
    for index in first..<layers.count {
      if let number = layers[index].number(of: word, range) {
        sum = Vocabulary.sum(sum, layers[index].counts[number])
      }
    }
    return sum
  }

  /// Whether a layer before `end` has the word.
  func contains(_ word: Span<UInt8>, _ range: Range<Int>, before end: Int) -> Bool {
    for index in 0..<end where layers[index].number(of: word, range) != nil { return true }
    return false
  }
}
