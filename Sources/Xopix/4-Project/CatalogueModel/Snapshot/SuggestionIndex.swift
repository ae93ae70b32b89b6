/// Past queries by the beginnings of their words: an immutable sorted array, and a small one of what changed since.
///
/// A look-up is a binary search and a walk over the matching entries. Changes go into the small array, which is merged
/// into the large one when it has grown to a hundredth of it, so that publishing costs little however many there are.
struct SuggestionIndex: Sendable {
  /// A query to suggest.
  struct Suggestion: Sendable, Equatable {
    let text: String
    let searches: UInt64
  }

  /// A query whose count changed.
  struct Change {
    let folded: String
    let shown: String
    /// nil where the query is not to be suggested any more.
    let searches: UInt64?
  }

  private struct Entry: Sendable {
    /// The folded query from the start of one of its words on.
    let suffix: String
    let folded: String
    let shown: String
    let searches: UInt64
  }

  private var base: [Entry] = []
  private var recent: [Entry] = []
  /// Texts whose entries in `base` are outdated by `recent`.
  private var outdated: Set<String> = []

  /// The most entries that a look-up walks over; more match only the shortest prefixes of very many queries.
  private static let mostWalked = 200_000

  /// Takes in queries whose counts changed.
  mutating func update(_ changes: [Change]) {
    guard !changes.isEmpty else { return }
    let changed = Set(changes.map(\.folded))
    recent.removeAll { changed.contains($0.folded) }
    for change in changes {
      outdated.insert(change.folded)
      guard let searches = change.searches else { continue }
      for suffix in Self.wordStarts(of: change.folded) {
        recent.append(Entry(suffix: suffix, folded: change.folded, shown: change.shown, searches: searches))
      }
    }
    recent.sort { Self.precedes($0, $1) }
    if recent.count > 64 + base.count / 100 {
      base = (base.filter { !outdated.contains($0.folded) } + recent).sorted { Self.precedes($0, $1) }
      recent = []
      outdated = []
    }
  }

  /// The queries in which a word starts with `prefix` (or which go on so), most searched first.
  func suggestions(for prefix: String, limit: Int) -> [Suggestion] {
    var found: [String: Entry] = [:]
    Self.walk(base, from: prefix) { if !outdated.contains($0.folded) { found[$0.folded] = $0 } }
    Self.walk(recent, from: prefix) { found[$0.folded] = $0 }
    return found.values.sorted { ($1.searches, $0.folded) < ($0.searches, $1.folded) }
      .prefix(limit).map { Suggestion(text: $0.shown, searches: $0.searches) }
  }

  private static func walk(_ entries: [Entry], from prefix: String, _ body: (Entry) -> Void) {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].suffix < prefix { low = middle + 1 } else { high = middle }
    }
    for entry in entries[low..<min(entries.count, low + mostWalked)] {
      guard entry.suffix.hasPrefix(prefix) else { return }
      body(entry)
    }
  }

  private static func wordStarts(of text: String) -> [String] {
    var starts = [text]
    for (index, character) in zip(text.indices, text) where character == " " {
      starts.append(String(text[text.index(after: index)...]))
    }
    return starts
  }

  private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
    (left.suffix, left.folded) < (right.suffix, right.folded)
  }
}
