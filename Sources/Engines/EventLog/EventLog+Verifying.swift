internal import DurableFiles
internal import RecordBatches
internal import Synchronization

/// A place in a file that is not as it was written.
public struct Damage: Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The byte, or for the order journal the entry, from which on it is damaged.
  public let position: Int
  /// What is wrong there.
  public let reason: String

  /// One line.
  public var description: String { "\(file): at \(position): \(reason)" }
}

extension EventLog {
  /// Reads every batch and journal entry and returns what is damaged.
  public func verify() -> [Damage] {
    let partitions = registry.withLock { $0.partitions.compactMap { $0 } }
    let journal = order.withLock { $0.journal }
    var damages: [Damage] = []
    for partition in partitions {
      let (segments, mayHaveGaps) = partition.withLock { ($0.segments, $0.mayHaveGaps) }
      for segment in segments { damages += Self.damages(of: segment, mayHaveGaps: mayHaveGaps || segment.isCompacted) }
    }
    var ordinal: UInt64 = 0
    while ordinal < journal.count {
      do throws(EventLogError) {
        ordinal += UInt64(try journal.entries(from: ordinal, limit: 4096).count)
      } catch {
        damages.append(Damage(file: journal.file.path, position: Int(ordinal), reason: error.description))
        break
      }
    }
    return damages
  }

  /// The first damage of a segment's file, where there is any.
  private static func damages(of segment: Segment, mayHaveGaps: Bool) -> [Damage] {
    let file = segment.file
    var position = 0
    var expected = segment.baseOffset
    // What is appended meanwhile is left to the next time.
    let end = file.byteCount
    while position < end {
      do {
        let batch = try file.wholeBatch(at: position)
        let view = try RecordBatchView(batch)
        guard view.baseOffset == expected || (mayHaveGaps && view.baseOffset > expected) else {
          throw RecordBatchError.malformed("offset \(view.baseOffset.rawValue) follows \(expected.rawValue)")
        }
        try view.forEachRecord { _, _ in }
        expected = view.nextOffset
        position += batch.count
      } catch {
        return [Damage(file: file.path, position: position, reason: "\(error)")]
      }
    }
    return []
  }
}
