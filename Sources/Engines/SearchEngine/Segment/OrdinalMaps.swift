internal import Synchronization

/// For the texts of a segment's columns, and the names of its attributes, their ordinals in another segment's, so that
/// counts of both can be added up without comparing texts. Each map is made once, when it is first needed, and kept while
/// both segments are.
final class OrdinalMaps: Sendable {
  private struct Key: Hashable {
    let column: Int
    let isOfNames: Bool
  }

  private struct Entry {
    /// Stands for a segment, in memory or read from its file.
    weak var target: SegmentLookups?
    let ordinals: [Int32]
  }

  /// Of the targets the last one that was asked for.
  private let entries = Mutex<[Key: Entry]>([:])

  /// Stands for a text that the target does not have.
  static let absent: Int32 = -1

  /// For each text of a segment's column its ordinal in the same column of another segment.
  func ordinals(ofColumn number: Int, _ column: TextColumn, in target: Segment) -> [Int32] {
    kept(Key(column: number, isOfNames: false), target) {
      guard case .texts(let other) = target.columns[number] else {
        return Array(repeating: Self.absent, count: column.dictionary.count)
      }
      return Self.ordinals(
        column.dictionary, 0..<column.dictionary.count, in: other.dictionary, 0..<other.dictionary.count)
    }
  }

  /// For each name of a segment's attributes its number in another segment.
  func ordinals(ofColumn number: Int, _ column: TextColumn, _ names: AttributeNames, in target: Segment) -> [Int32] {
    kept(Key(column: number, isOfNames: true), target) {
      guard case .texts(let other) = target.columns[number] else {
        return Array(repeating: Self.absent, count: names.count)
      }
      return names.ordinals(column, in: target.lookups.attributeNames(ofColumn: number, other, of: target), other)
    }
  }

  private func kept(_ key: Key, _ target: Segment, make: () -> [Int32]) -> [Int32] {
    let kept = entries.withLock { entries in
      entries[key].flatMap { entry in entry.target === target.lookups ? entry.ordinals : nil }
    }
    if let kept { return kept }
    // Not in the lock: who needs another map does not wait.
    let made = make()
    entries.withLock { $0[key] = Entry(target: target.lookups, ordinals: made) }
    return made
  }

  /// For each text of a range of a table in order its place in another one's range.
  static func ordinals(
    _ texts: TextTable, _ range: Range<Int>, in other: TextTable, _ otherRange: Range<Int>
  ) -> [Int32] {
    // Few texts are looked up; of more, both tables are gone through side by side.
    guard range.count > otherRange.count / 16 else {
      return range.map { other.index(of: texts.bytes($0)).map(Int32.init) ?? absent }
    }
    var ordinals: [Int32] = []
    ordinals.reserveCapacity(range.count)
    var at = otherRange.lowerBound
    for index in range {
      var order = 1
      while at < otherRange.upperBound {
        order = texts.compare(index, with: other, at)
        guard order > 0 else { break }
        at += 1
      }
      ordinals.append(at < otherRange.upperBound && order == 0 ? Int32(at) : absent)
    }
    return ordinals
  }
}
