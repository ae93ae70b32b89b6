internal import NIOCore

/// One event of a stream (WHATWG HTML, section 9.2).
struct ServerSentEvent: Sendable, Equatable {
  /// What kind of event it is.
  let name: String
  /// What `Last-Event-ID` resumes after.
  let id: String
  /// One line of text: JSON.
  let data: [UInt8]

  /// The event's bytes. JSON written by machines has no line breaks; one would end the field, so each begins another.
  var bytes: [UInt8] {
    var bytes = Array("event: \(name)\nid: \(id)\n".utf8)
    for line in data.split(separator: 0x0a, omittingEmptySubsequences: false) {
      bytes.append(contentsOf: "data: ".utf8)
      bytes.append(contentsOf: line)
      bytes.append(0x0a)
    }
    bytes.append(0x0a)
    return bytes
  }

  /// A comment, which keeps the connection alive and which clients ignore.
  static let heartbeat = Array(": heartbeat\n\n".utf8)

  /// The delay after which a client connects again, in milliseconds.
  static let retry = Array("retry: 2000\n\n".utf8)
}
