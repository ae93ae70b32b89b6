internal import HTTPTypes

/// What a request is called in answers and logs, and its place in a distributed trace.
struct RequestIdentity: Sendable, Equatable {
  /// The id that the client gave, or one that was made.
  let id: String
  /// The field `traceresponse` (W3C Trace Context, level 2); nil where the client sent no trace.
  let traceResponse: String?
  /// The trace's id, in 32 hexadecimal digits.
  var traceID: String? { traceResponse.map { String($0.dropFirst(3).prefix(32)) } }

  init(id: String, traceResponse: String?) {
    self.id = id
    self.traceResponse = traceResponse
  }

  /// The identity in a request's header fields. An unusable id is replaced; an unusable trace begins none.
  init(headers: HTTPFields, randomBits: () -> UInt64) {
    let given = headers[.xRequestID].flatMap { Self.isIdentifier($0) ? $0 : nil }
    id = given ?? Self.hexadecimal(randomBits()) + Self.hexadecimal(randomBits())
    guard let parent = headers[.traceParent], Self.isTraceParent(parent) else {
      traceResponse = nil
      return
    }
    let span = max(1, randomBits())
    traceResponse = "00-\(parent.dropFirst(3).prefix(32))-\(Self.hexadecimal(span))-\(parent.dropFirst(53).prefix(2))"
  }

  /// Whether a text is 1 to 128 visible ASCII characters.
  static func isIdentifier(_ text: String) -> Bool {
    let bytes = text.utf8
    return !bytes.isEmpty && bytes.count <= Limits.longestIdentifier && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7f }
  }

  /// Whether a text is `00-<32 digits>-<16 digits>-<2 digits>`, neither id being zero; later versions may go on.
  private static func isTraceParent(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, zip(parts, [2, 32, 16, 2]).allSatisfy({ $0.utf8.count == $1 }) else { return false }
    guard parts[0] != "ff", parts[0] != "00" || parts.count == 4 else { return false }
    let areDigits = parts.prefix(4).joined().utf8.allSatisfy { byte in
      byte &- UInt8(ascii: "0") < 10 || byte &- UInt8(ascii: "a") < 6
    }
    return areDigits && parts[1].contains { $0 != "0" } && parts[2].contains { $0 != "0" }
  }

  private static func hexadecimal(_ bits: UInt64) -> String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension HTTPField.Name {
  // Names known at compile time are valid, so that the fallbacks are never taken.
  static let xRequestID = HTTPField.Name("X-Request-Id") ?? .contentType
  static let traceParent = HTTPField.Name("traceparent") ?? .contentType
  static let traceResponse = HTTPField.Name("traceresponse") ?? .contentType
  static let serverTiming = HTTPField.Name("Server-Timing") ?? .contentType
  static let contentSecurityPolicy = HTTPField.Name("Content-Security-Policy") ?? .contentType
  static let position = HTTPField.Name("Xopix-Position") ?? .contentType
  static let minimumPosition = HTTPField.Name("Xopix-Min-Position") ?? .contentType
  static let positionWait = HTTPField.Name("Xopix-Wait") ?? .contentType
  static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .contentType
  static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed") ?? .contentType
  static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .contentType
}
