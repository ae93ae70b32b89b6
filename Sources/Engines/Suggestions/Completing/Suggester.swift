/// Phrases to suggest while one is typed, the weightiest first: a phrase is suggested where a word of it, and what
/// follows, starts with what was typed, or starts so but for typing errors.
///
/// A value that never changes under who holds it: ``update(_:)`` lays changed phrases over the others, in layers that
/// are merged when they have grown, so that a change costs O(log n) times a phrase's building.
public struct Suggester: Sendable {
  /// A phrase.
  public struct Phrase: Sendable, Hashable {
    /// What is compared with what is typed, both in one normal form that the caller gives: words with a space between
    /// them.
    public let key: String
    /// What is shown.
    public let text: String
    /// How weighty it is; 0 is not suggested.
    public let weight: UInt32

    /// A phrase.
    public init(key: String, text: String, weight: UInt32) {
      self.key = key
      self.text = text
      self.weight = weight
    }
  }

  /// A phrase that goes on from what was typed.
  public struct Suggestion: Sendable, Hashable {
    /// The phrase.
    public let phrase: Phrase
    /// Edits by which what was typed differs from the beginning of a word of the phrase.
    public let edits: Int
  }

  /// The longest key and the longest text, in bytes; phrases that are longer, or whose key is empty, are left out.
  public static let longestPhrase = 512

  /// The layers, the oldest first; a phrase of a later one stands for the one with its key in those before.
  private var layers: [SuggestionLayer] = []

  /// A layer is merged with the one below it where that is not this many times as large.
  private static let ratio = 4
  /// Layers of fewer phrases together are always merged.
  private static let smallest = 64

  /// A suggester of phrases; of those with one key the last counts.
  public init(_ phrases: some Sequence<Phrase>) { update(phrases) }

  /// A suggester of no phrases.
  public init() {}

  /// How many phrases there are in all layers, those that were changed since counted again.
  public var count: Int { layers.reduce(0) { $0 + $1.count } }

  /// Bytes in memory, about.
  public var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }

  /// Adds phrases and changes those whose keys are there; a weight of 0 takes a phrase out.
  public mutating func update(_ phrases: some Sequence<Phrase>) {
    var changed: [String: Phrase] = [:]
    for phrase in phrases
    where (1...Self.longestPhrase).contains(phrase.key.utf8.count) && phrase.text.utf8.count <= Self.longestPhrase {
      changed[phrase.key] = phrase
    }
    guard !changed.isEmpty else { return }
    var kept = layers.count
    var size = changed.count
    while kept > 0, layers[kept - 1].count < max(size * Self.ratio, Self.smallest) {
      kept -= 1
      size += layers[kept].count
    }
    // From the newest to the oldest: what is newer stays.
    for layer in layers[kept...].reversed() {
      for number in 0..<layer.count {
        let phrase = layer.phrase(number)
        if changed[phrase.key] == nil { changed[phrase.key] = phrase }
      }
    }
    layers.removeSubrange(kept...)
    // At the bottom there is nothing that a phrase without weight could hide.
    let phrases = kept == 0 ? changed.values.filter { $0.weight > 0 } : Array(changed.values)
    guard !phrases.isEmpty else { return }
    layers.append(SuggestionLayer(phrases.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }))
  }

  /// The edits that are allowed in a prefix of so many letters: none below four, one below eight, two from there on.
  public static func allowedEdits(letters: Int) -> Int { letters < 4 ? 0 : letters < 8 ? 1 : 2 }

  /// The phrases that go on from what was typed: those that start so before those that differ, by weight, then by key.
  ///
  /// One edit is tried where fewer than `limit` phrases match as they are, two where none matches otherwise; the first
  /// letter is always kept. Each phrase comes once.
  ///
  /// - Parameter prefix: what was typed, in the keys' normal form.
  public func suggestions(for prefix: Span<UInt8>, limit: Int = 10) -> [Suggestion] {
    guard limit > 0, prefix.count <= Self.longestPhrase else { return [] }
    var found: [(layer: Int, number: Int, edits: Int)] = []
    let allowed = Self.allowedEdits(letters: Letters.of(prefix).count)
    for edits in 0...allowed {
      if edits == 1 ? found.count >= limit : edits == 2 && !found.isEmpty { break }
      var ranges = WeightiestFirst(layers: layers)
      for (index, layer) in layers.enumerated() {
        if edits == 0 {
          ranges.insert(layer.entries(startingWith: prefix), of: index)
        } else {
          layer.forEachRange(near: prefix, edits: edits) { range, needed in
            if needed == edits { ranges.insert(range, of: index) }
          }
        }
      }
      while found.count < limit, let (layer, number) = ranges.next() {
        if found.contains(where: { $0.layer == layer && $0.number == number }) { continue }
        if layers[(layer + 1)...].contains(where: { layers[layer].isIn($0, number) }) { continue }
        found.append((layer, number, edits))
      }
    }
    return found.map { Suggestion(phrase: layers[$0.layer].phrase($0.number), edits: $0.edits) }
  }

  /// The phrases that go on from what was typed.
  public func suggestions(for prefix: String, limit: Int = 10) -> [Suggestion] {
    suggestions(for: prefix.utf8.span, limit: limit)
  }
}
