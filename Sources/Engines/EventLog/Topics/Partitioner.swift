/// Kafka's default assignment of keys to partitions, so that a key has the same place whoever publishes it.
enum Partitioner {
  /// The partition of `key` among `count`; records without a key are spread by their number.
  static func partition(for key: [UInt8]?, count: Int32, sequence: UInt64) -> Int32 {
    guard let key else { return Int32(sequence % UInt64(count)) }
    return Int32(murmur2(key) & 0x7fff_ffff) % count
  }

  /// MurmurHash2, 32 bits (Austin Appleby), with the seed that Kafka's clients use.
  static func murmur2(_ bytes: [UInt8]) -> UInt32 {
    let multiplier: UInt32 = 0x5bd1_e995
    var hash = 0x9747_b28c ^ UInt32(truncatingIfNeeded: bytes.count)
    var index = 0
    while index + 4 <= bytes.count {
      var word = UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
      word |= UInt32(bytes[index + 3]) << 24
      word = word &* multiplier
      word ^= word >> 24
      hash = hash &* multiplier ^ word &* multiplier
      index += 4
    }
    if index < bytes.count {
      for (shift, byte) in bytes[index...].enumerated() { hash ^= UInt32(byte) << UInt32(8 * shift) }
      hash = hash &* multiplier
    }
    hash ^= hash >> 13
    hash = hash &* multiplier
    return hash ^ hash >> 15
  }
}
