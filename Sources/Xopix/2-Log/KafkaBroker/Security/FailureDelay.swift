internal import Synchronization

/// How long clients wait for the answer to a failed authentication, so that guessing takes long: as
/// `connection.failed.authentication.delay.ms` at first, and twice as long for each further failure of an address.
final class FailureDelay: Sendable {
  private struct Record {
    var failures: Int
    var latest: Int64
  }

  private let shortest: Int64
  private let records = Mutex<[String: Record]>([:])

  /// Failures of an address before its delay grows.
  private static let freeFailures = 5
  private static let longest: Int64 = 5_000
  /// How long after its last failure an address begins anew.
  private static let memoryMilliseconds: Int64 = 60_000
  private static let mostAddresses = 10_000

  init(milliseconds: Int64) { shortest = milliseconds }

  /// Notes a failure, and returns how many milliseconds its answer waits.
  func afterFailure(from address: String, now: Int64) -> Int64 {
    let failures = records.withLock { records -> Int in
      if records.count >= Self.mostAddresses, records[address] == nil {
        records = records.filter { now - $0.value.latest < Self.memoryMilliseconds }
        guard records.count < Self.mostAddresses else { return Self.freeFailures + 1 }
      }
      var record = records[address] ?? Record(failures: 0, latest: now)
      if now - record.latest >= Self.memoryMilliseconds { record.failures = 0 }
      record.failures += 1
      record.latest = now
      records[address] = record
      return record.failures
    }
    let doublings = min(max(0, failures - Self.freeFailures), 20)
    return min(shortest << Int64(doublings), max(shortest, Self.longest))
  }
}
