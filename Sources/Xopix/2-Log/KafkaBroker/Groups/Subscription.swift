/// Reads the topics out of what a consumer tells its group's leader.
enum Subscription {
  /// The protocol type of groups of consumers.
  static let protocolType = "consumer"

  /// The topics of a subscription, or nil where the bytes are not one.
  ///
  /// Every version begins as version 0 does: version (int16), then an array (int32) of topics (int16 and UTF-8).
  static func topics(of metadata: [UInt8]) -> Set<String>? {
    var rest = metadata[...]
    guard let version = takeInteger(2, from: &rest), version < 0x8000, let count = takeInteger(4, from: &rest),
      count <= rest.count / 2
    else { return nil }
    var topics: Set<String> = []
    for _ in 0..<count {
      guard let length = takeInteger(2, from: &rest), length < 0x8000, length <= rest.count,
        let topic = String(validating: rest.prefix(length), as: UTF8.self)
      else { return nil }
      topics.insert(topic)
      rest.removeFirst(length)
    }
    return topics
  }

  private static func takeInteger(_ width: Int, from bytes: inout ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= width else { return nil }
    let value = bytes.prefix(width).reduce(0) { $0 << 8 | Int($1) }
    bytes.removeFirst(width)
    return value
  }
}
