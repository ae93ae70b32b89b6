/// Takes a request's query apart, strictly: what is not percent-encoded UTF-8 is a problem, not a guess.
enum QueryString {
  /// The names and values in order. A plus sign is a space, as in forms.
  static func parse(_ query: String?) throws(Problem) -> [(name: String, value: String)] {
    guard let query, !query.isEmpty else { return [] }
    var pairs: [(name: String, value: String)] = []
    for part in query.utf8.split(separator: UInt8(ascii: "&")) {
      let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(pieces[0], plusIsSpace: true) else {
        throw Problem(.invalidEncoding, "the name of a query parameter is not percent-encoded UTF-8")
      }
      guard let value = PercentEncoding.decode(pieces.count > 1 ? pieces[1] : ""[...].utf8, plusIsSpace: true) else {
        throw Problem([
          FieldError(
            kind: .invalidEncoding, location: .query, pointer: "/" + FieldError.token(name),
            detail: "the value is not percent-encoded UTF-8")
        ])
      }
      pairs.append((name, value))
    }
    return pairs
  }
}

/// Percent-encoding (RFC 3986, section 2.1) of UTF-8.
enum PercentEncoding {
  /// The text; nil where an escape is incomplete or the bytes are not UTF-8.
  static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
