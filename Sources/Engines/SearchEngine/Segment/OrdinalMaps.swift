internal import Synchronization

/// For the texts of a segment's columns their ordinals in another segment's, so that counts of both can be added up
/// without comparing texts. Each map is made once, when it is first needed, and kept while both segments are.
final class OrdinalMaps: Sendable {
  private struct Entry {
    weak var target: Segment?
    let ordinals: [Int32]
  }

  /// By column; of the targets the last one that was asked for.
  private let entries = Mutex<[Int: Entry]>([:])

  /// Stands for a text that the target does not have.
  static let absent: Int32 = -1

  /// For each text of a segment's column its ordinal in the same column of another segment.
  func ordinals(ofColumn number: Int, _ column: TextColumn, in target: Segment) -> [Int32] {
    let kept = entries.withLock { entries in
      entries[number].flatMap { entry in entry.target === target ? entry.ordinals : nil }
    }
    if let kept { return kept }
    guard case .texts(let other) = target.columns[number] else {
      return Array(repeating: Self.absent, count: column.dictionary.count)
    }
    // Not in the lock: who needs another map does not wait.
    let made = Self.ordinals(column.dictionary, in: other.dictionary)
    entries.withLock { $0[number] = Entry(target: target, ordinals: made) }
    return made
  }

  /// For each text of a table in order its place in another.
  static func ordinals(_ texts: TextTable, in other: TextTable) -> [Int32] {
    // Few texts are looked up; of more, both tables are gone through side by side.
    guard texts.count > other.count / 16 else {
      return (0..<texts.count).map { other.index(of: texts.bytes($0)).map(Int32.init) ?? absent }
    }
    var ordinals: [Int32] = []
    ordinals.reserveCapacity(texts.count)
    var at = 0
    for index in 0..<texts.count {
      var order = 1
      while at < other.count {
        order = texts.compare(index, with: other, at)
        guard order > 0 else { break }
        at += 1
      }
      ordinals.append(at < other.count && order == 0 ? Int32(at) : absent)
    }
    return ordinals
  }
}
