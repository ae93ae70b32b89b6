internal import ByteCoding

/// Makes event ids in the shape of ULIDs: 48 bits of time in milliseconds, 40 bits of the seed, 40 bits of a counter, in
/// Crockford's base 32. The same seed and counter give the same id; two ids of one seed never agree.
struct EventIDs: Sendable {
  private let prefix: UInt64
  private var counter: UInt64

  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  private static let low40: UInt64 = (1 << 40) - 1

  /// Ids of `seed`, counted from `counter` on.
  init(seed: UInt64, startingAt counter: UInt64 = 0) {
    var mixer = RandomSource(seed: seed, stream: 0x1d5)
    prefix = mixer.next() & Self.low40
    self.counter = counter
  }

  /// The next id, of an event at `time`.
  mutating func next(at time: Timestamp) -> String {
    let milliseconds = UInt64(max(0, time.milliseconds)) & ((1 << 48) - 1)
    var text: [UInt8] = []
    text.reserveCapacity(26)
    Self.append(milliseconds, characters: 10, to: &text)
    Self.append(prefix, characters: 8, to: &text)
    Self.append(counter & Self.low40, characters: 8, to: &text)
    counter += 1
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(_ value: UInt64, characters: Int, to text: inout [UInt8]) {
    for place in (0..<characters).reversed() { text.append(alphabet[Int(value >> UInt64(place * 5) & 31)]) }
  }
}
