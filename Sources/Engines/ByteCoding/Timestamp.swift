/// A moment in microseconds since 1970-01-01T00:00:00Z, UTC.
///
/// Texts are RFC 3339, as CloudEvents wants. Years 1 to 9999 can be written.
public struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable {
  /// Microseconds since 1970, negative before.
  public let rawValue: Int64

  /// A moment from its microseconds since 1970.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// A moment from its milliseconds since 1970.
  public init(milliseconds: Int64) { self.rawValue = milliseconds &* 1000 }

  /// Milliseconds since 1970, rounded down.
  public var milliseconds: Int64 {
    let quotient = rawValue / 1000
    return rawValue % 1000 < 0 ? quotient - 1 : quotient
  }

  /// The earlier is the lesser.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.rawValue < right.rawValue }
}

extension Timestamp {
  private static let microsecondsPerSecond: Int64 = 1_000_000
  private static let secondsPerDay: Int64 = 86_400
  /// 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, in seconds since 1970.
  private static let writableSeconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// Whether the moment lies in the years 1 to 9999, those that RFC 3339 can write.
  public var isWritable: Bool {
    let seconds = rawValue / Self.microsecondsPerSecond
    return Self.writableSeconds.contains(rawValue % Self.microsecondsPerSecond < 0 ? seconds - 1 : seconds)
  }

  /// Parses RFC 3339 (`2026-11-23T02:41:00.123Z`, `2026-11-23 02:41:00+03:00`); nil for anything else.
  ///
  /// Fractions beyond microseconds are cut off; a leap second (`:60`) counts as the second after it.
  public init?(rfc3339 text: some StringProtocol) {
    let bytes = Array(text.utf8)
    self.init(rfc3339: bytes.span)
  }

  /// Parses RFC 3339 from UTF-8 bytes; nil for anything else.
  public init?(rfc3339 bytes: Span<UInt8>) {
    var parser = DigitParser(bytes: bytes)
    guard let year = parser.number(digits: 4), parser.skip("-"),
      let month = parser.number(digits: 2), parser.skip("-"),
      let day = parser.number(digits: 2), parser.skip("T") || parser.skip("t") || parser.skip(" "),
      let hour = parser.number(digits: 2), parser.skip(":"),
      let minute = parser.number(digits: 2), parser.skip(":"),
      let second = parser.number(digits: 2),
      year >= 1, (1...12).contains(month), hour < 24, minute < 60, second <= 60,
      day >= 1, day <= Self.days(inMonth: month, year: year)
    else { return nil }
    var fraction: Int64 = 0
    if parser.skip(".") {
      guard let digits = parser.fraction() else { return nil }
      fraction = digits
    }
    var offsetMinutes: Int64 = 0
    if !(parser.skip("Z") || parser.skip("z")) {
      let sign: Int64 = parser.skip("+") ? 1 : parser.skip("-") ? -1 : 0
      guard sign != 0, let hours = parser.number(digits: 2), parser.skip(":"),
        let minutes = parser.number(digits: 2), hours < 24, minutes < 60
      else { return nil }
      offsetMinutes = sign * (hours * 60 + minutes)
    }
    guard parser.isAtEnd else { return nil }
    let seconds =
      Self.daysSince1970(year: year, month: month, day: day) * Self.secondsPerDay
      + hour * 3600 + minute * 60 + second - offsetMinutes * 60
    // An offset or a leap second may lead out of the years that four digits can write.
    guard Self.writableSeconds.contains(seconds) else { return nil }
    self.init(rawValue: seconds * Self.microsecondsPerSecond + fraction)
  }

  /// The moment as RFC 3339 in UTC, or the nearest one that is writable (``isWritable``), with as many of the six fraction digits as are needed, in groups of three.
  public var rfc3339: String {
    guard isWritable else { return rawValue < 0 ? "0001-01-01T00:00:00Z" : "9999-12-31T23:59:59Z" }
    var seconds = rawValue / Self.microsecondsPerSecond
    var fraction = rawValue % Self.microsecondsPerSecond
    if fraction < 0 {
      fraction += Self.microsecondsPerSecond
      seconds -= 1
    }
    var day = seconds / Self.secondsPerDay
    var rest = seconds % Self.secondsPerDay
    if rest < 0 {
      rest += Self.secondsPerDay
      day -= 1
    }
    let date = Self.date(daysSince1970: day)
    var text: [UInt8] = []
    text.reserveCapacity(27)
    Self.append(date.year, width: 4, to: &text)
    text.append(UInt8(ascii: "-"))
    Self.append(date.month, width: 2, to: &text)
    text.append(UInt8(ascii: "-"))
    Self.append(date.day, width: 2, to: &text)
    text.append(UInt8(ascii: "T"))
    Self.append(rest / 3600, width: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    Self.append(rest / 60 % 60, width: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    Self.append(rest % 60, width: 2, to: &text)
    if fraction != 0 {
      text.append(UInt8(ascii: "."))
      if fraction % 1000 == 0 {
        Self.append(fraction / 1000, width: 3, to: &text)
      } else {
        Self.append(fraction, width: 6, to: &text)
      }
    }
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  // Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func date(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = daysSince1970 + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func days(inMonth month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: return 30
    default: return 31
    }
  }

  private static func append(_ value: Int64, width: Int, to text: inout [UInt8]) {
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }
}

/// Reads fixed counts of digits and single characters from ASCII.
private struct DigitParser: ~Escapable {
  let bytes: Span<UInt8>
  var offset = 0

  @_lifetime(copy bytes)
  init(bytes: Span<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool { offset == bytes.count }

  @_lifetime(self: copy self)
  mutating func number(digits: Int) -> Int64? {
    guard offset + digits <= bytes.count else { return nil }
    var value: Int64 = 0
    for index in offset..<offset + digits {
      guard let digit = Self.digit(bytes[index]) else { return nil }
      value = value * 10 + digit
    }
    offset += digits
    return value
  }

  @_lifetime(self: copy self)
  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  /// At least one digit; the first six count, as microseconds.
  @_lifetime(self: copy self)
  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var digits = 0
    while offset < bytes.count, let digit = Self.digit(bytes[offset]) {
      if digits < 6 { value = value * 10 + digit }
      digits += 1
      offset += 1
    }
    guard digits > 0 else { return nil }
    for _ in min(digits, 6)..<6 { value *= 10 }
    return value
  }

  static func digit(_ byte: UInt8) -> Int64? {
    let value = byte &- UInt8(ascii: "0")
    return value < 10 ? Int64(value) : nil
  }
}
