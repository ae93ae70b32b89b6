internal import Synchronization

/// Byte rates of clients: how long one that is over its rate has to wait, as Kafka's quotas do.
///
/// Each client id has a bucket that fills with its rate and holds one second's worth; what is taken beyond it is owed, and
/// the client is muted until the debt is paid.
final class ByteQuota: Sendable {
  private struct Bucket {
    var available: Double
    var updatedAt: Int64
  }

  /// Clients are forgotten, fullest first, beyond this many.
  private static let mostClients = 10_000

  private let bytesPerSecond: Double?
  private let buckets = Mutex<[String: Bucket]>([:])

  init(bytesPerSecond: Double?) { self.bytesPerSecond = bytesPerSecond }

  /// Takes `bytes` from a client's bucket; returns for how many milliseconds it has to wait now.
  ///
  /// - Parameter now: milliseconds since 1970.
  func take(_ bytes: Int, client: String, now: Int64) -> Int32 {
    guard let rate = bytesPerSecond, rate > 0 else { return 0 }
    return buckets.withLock { buckets in
      var bucket = buckets[client] ?? Bucket(available: rate, updatedAt: now)
      let elapsed = Double(max(0, now - bucket.updatedAt)) / 1000
      bucket.available = min(rate, bucket.available + elapsed * rate) - Double(bytes)
      bucket.updatedAt = max(bucket.updatedAt, now)
      if buckets.count >= Self.mostClients, buckets[client] == nil {
        // Those that owe nothing lose nothing.
        buckets = buckets.filter { $0.value.available < 0 }
      }
      buckets[client] = bucket
      guard bucket.available < 0 else { return 0 }
      return Int32(min(-bucket.available / rate * 1000, 30_000).rounded(.up))
    }
  }
}
