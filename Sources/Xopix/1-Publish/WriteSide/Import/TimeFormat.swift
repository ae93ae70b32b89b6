internal import ByteCoding

/// How a file writes times: `yyyy-MM-dd HH:mm:ss`, `d/M/yyyy H:mm`, `unix`, `unix_ms`, or nothing for RFC 3339.
struct TimeFormat: Sendable {
  private enum Part: Sendable {
    /// The field's index among year, month, day, hour, minute and second, and its fewest and most digits.
    case field(Int, digits: ClosedRange<Int>)
    case literal(UInt8)
  }

  private enum Kind: Sendable {
    case standard
    case unix(ticksPerSecond: Int64)
    case pattern([Part])
  }

  private let kind: Kind

  /// The years 1 to 9999, in microseconds since 1970: RFC 3339 can write no others.
  private static let writableTimes: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

  /// RFC 3339, also without its offset, which counts as UTC, or without its time of day, which counts as midnight.
  static let standard = TimeFormat(kind: .standard)

  private init(kind: Kind) { self.kind = kind }

  /// A format from its pattern; nil where it has letters that mean nothing.
  init?(pattern: String) {
    switch pattern {
    case "rfc3339": kind = .standard
    case "unix": kind = .unix(ticksPerSecond: 1)
    case "unix_ms": kind = .unix(ticksPerSecond: 1000)
    default:
      guard let parts = Self.parts(of: pattern) else { return nil }
      kind = .pattern(parts)
    }
  }

  private static func parts(of pattern: String) -> [Part]? {
    var parts: [Part] = []
    var fields: Set<Int> = []
    var bytes = Array(pattern.utf8)[...]
    while let byte = bytes.popFirst() {
      guard (byte | 0x20) &- UInt8(ascii: "a") < 26, byte != UInt8(ascii: "T"), byte != UInt8(ascii: "Z") else {
        parts.append(.literal(byte))
        continue
      }
      guard
        let field = "yMdHms".utf8.firstIndex(of: byte).map({ "yMdHms".utf8.distance(from: "yMdHms".startIndex, to: $0) }
        )
      else { return nil }
      var count = 1
      while bytes.first == byte {
        bytes.removeFirst()
        count += 1
      }
      guard field == 0 ? count == 4 : count <= 2, fields.insert(field).inserted else { return nil }
      parts.append(.field(field, digits: count == 1 ? 1...2 : count...count))
    }
    return fields.isSuperset(of: [0, 1, 2]) ? parts : nil
  }

  /// The moment, in UTC, that a text tells; nil where it does not follow the format.
  func time(_ text: String) -> Timestamp? {
    guard let time = anyTime(text), Self.writableTimes.contains(time.rawValue) else { return nil }
    return time
  }

  private func anyTime(_ text: String) -> Timestamp? {
    switch kind {
    case .standard:
      if let time = Timestamp(rfc3339: text) { return time }
      return Timestamp(rfc3339: text.utf8.count == 10 ? text + "T00:00:00Z" : text + "Z")
    case .unix(let ticksPerSecond):
      guard let ticks = ExactDecimal(text), let million = ExactDecimal(String(1_000_000 / ticksPerSecond)),
        let microseconds = ticks.multiplied(by: million)?.integer
      else { return nil }
      return Timestamp(rawValue: microseconds)
    case .pattern(let parts): return Self.time(text, parts)
    }
  }

  private static func time(_ text: String, _ parts: [Part]) -> Timestamp? {
    var values = [0, 0, 0, 0, 0, 0]
    var bytes = Array(text.utf8)[...]
    for part in parts {
      switch part {
      case .literal(let byte): guard bytes.popFirst() == byte else { return nil }
      case .field(let field, let digits):
        let run = bytes.prefix { $0 &- UInt8(ascii: "0") < 10 }.prefix(digits.upperBound)
        guard digits.contains(run.count) else { return nil }
        values[field] = run.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        bytes = bytes.dropFirst(run.count)
      }
    }
    guard bytes.isEmpty else { return nil }
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(padded(values[0], 4))-\(padded(values[1], 2))-\(padded(values[2], 2))"
    return Timestamp(rfc3339: "\(date)T\(padded(values[3], 2)):\(padded(values[4], 2)):\(padded(values[5], 2))Z")
  }
}
