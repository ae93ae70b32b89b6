import EventLog
import Foundation
import RecordBatches

@testable import EventSources

/// A directory that goes with the test.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "event-sources-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

func record(_ text: String, key: String? = nil) -> Record {
  Record(key: key.map { Array($0.utf8) }, value: Array(text.utf8), timestampMilliseconds: 1_700_000_000_000)
}

func text(_ record: Record) -> String { String(decoding: record.value ?? [], as: UTF8.self) }

extension EventLog {
  /// The records of a partition with their offsets.
  func content(of topic: String, _ partition: Int32 = 0) throws -> [(Int64, Record)] {
    var content: [(Int64, Record)] = []
    try forEachRecord(of: TopicPartition(topic: topic, partition: partition), from: Offset(rawValue: 0)) {
      content.append(($1.rawValue, $0))
    }
    return content
  }
}

extension ClusterMirror.Timing {
  /// Everything at once.
  static let quick = ClusterMirror.Timing(
    discovery: .zero, search: .zero, retry: .zero, longestRetry: .zero, pollMilliseconds: 0, answerMilliseconds: 1)
}

/// Waits until `condition` holds; false where it does not in time.
func eventually(seconds: Double = 15, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = Date(timeIntervalSinceNow: seconds)
  while Date() < deadline {
    if try condition() { return true }
    Thread.sleep(forTimeInterval: 0.02)
  }
  return false
}
