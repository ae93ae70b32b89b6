/// The formats that texts can be held to (JSON Schema Validation 2020-12, section 7.3).
enum Format {
  /// Whether the text is of the format; unknown formats accept everything.
  static func accepts(_ text: String, format: String) -> Bool {
    let bytes = Array(text.utf8)
    switch format {
    case "date": return isDate(bytes[...])
    case "time": return isTime(bytes[...])
    case "date-time":
      guard bytes.count > 11, bytes[10] | 0x20 == UInt8(ascii: "t") else { return false }
      return isDate(bytes[..<10]) && isTime(bytes[11...])
    case "email": return isEmail(text)
    case "uuid": return isUUID(bytes)
    case "uri": return isURI(bytes) && hasScheme(bytes)
    case "uri-reference": return isURI(bytes)
    case "ipv4": return isIPv4(text[...])
    case "ipv6": return isIPv6(text)
    default: return true
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
  private static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6 }
  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count < 10, bytes.allSatisfy(isDigit) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  /// RFC 3339, section 5.6, full-date.
  private static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
    let bytes = Array(bytes)
    guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes[..<4]),
      let month = number(bytes[5..<7]), let day = number(bytes[8...]), (1...12).contains(month)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }

  /// RFC 3339, section 5.6, full-time; a leap second is the last one of a day in UTC.
  private static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
    var bytes = Array(bytes)
    guard bytes.count >= 9, bytes[2] == UInt8(ascii: ":"), bytes[5] == UInt8(ascii: ":"),
      let hour = number(bytes[..<2]),
      let minute = number(bytes[3..<5]), let second = number(bytes[6..<8]), hour < 24, minute < 60, second <= 60
    else { return false }
    bytes.removeFirst(8)
    if bytes.first == UInt8(ascii: ".") {
      let digits = bytes.dropFirst().prefix(while: isDigit).count
      guard digits > 0 else { return false }
      bytes.removeFirst(digits + 1)
    }
    var offset = 0
    if bytes.count == 1 {
      guard bytes[0] | 0x20 == UInt8(ascii: "z") else { return false }
    } else {
      guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
        bytes[3] == UInt8(ascii: ":"),
        let hours = number(bytes[1..<3]), let minutes = number(bytes[4...]), hours < 24, minutes < 60
      else { return false }
      offset = (hours * 60 + minutes) * (bytes[0] == UInt8(ascii: "-") ? -1 : 1)
    }
    return second < 60 || (hour * 60 + minute - offset + 2880) % 1440 == 1439
  }

  /// RFC 5321, section 4.1.2, without quoted local parts.
  private static func isEmail(_ text: String) -> Bool {
    guard let at = text.lastIndex(of: "@") else { return false }
    let local = text[..<at]
    let domain = text[text.index(after: at)...]
    let symbols = Set("!#$%&'*+-/=?^_`{|}~.".utf8)
    guard (1...64).contains(local.utf8.count),
      local.utf8.allSatisfy({ isLetter($0) || isDigit($0) || symbols.contains($0) }),
      !local.hasPrefix("."), !local.hasSuffix("."), !local.contains("..")
    else { return false }
    return domain.utf8.count <= 255
      && domain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
          && label.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
      }
  }

  private static func isUUID(_ bytes: [UInt8]) -> Bool {
    bytes.count == 36
      && bytes.enumerated().allSatisfy { index, byte in
        [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : isHexadecimal(byte)
      }
  }

  /// RFC 3986: characters and percent signs only.
  private static func isURI(_ bytes: [UInt8]) -> Bool {
    let symbols = Set("-._~:/?#[]@!$&'()*+,;=".utf8)
    guard bytes.count(where: { $0 == UInt8(ascii: "#") }) < 2 else { return false }
    return bytes.indices.allSatisfy { index in
      let byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        return index + 2 < bytes.count && bytes[index + 1...index + 2].allSatisfy(isHexadecimal)
      }
      return isLetter(byte) || isDigit(byte) || symbols.contains(byte)
    }
  }

  private static func hasScheme(_ bytes: [UInt8]) -> Bool {
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0, isLetter(bytes[0]) else { return false }
    let symbols = Set("+-.".utf8)
    return bytes[..<colon].allSatisfy { isLetter($0) || isDigit($0) || symbols.contains($0) }
  }

  private static func isIPv4(_ text: Substring) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        let bytes = Array(part.utf8)
        return bytes.count <= 3 && (bytes.count == 1 || bytes.first != UInt8(ascii: "0"))
          && number(bytes[...]).map { $0 < 256 } ?? false
      }
  }

  /// RFC 4291, section 2.2.
  private static func isIPv6(_ text: String) -> Bool {
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard halves.count <= 2 else { return false }
    var groups = 0
    for (index, half) in halves.enumerated() where !half.isEmpty {
      let parts = half.split(separator: ":", omittingEmptySubsequences: false)
      for (place, part) in parts.enumerated() {
        if index == halves.count - 1, place == parts.count - 1, part.contains(".") {
          guard isIPv4(part) else { return false }
          groups += 2
        } else {
          guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal) else { return false }
          groups += 1
        }
      }
    }
    return halves.count == 2 ? groups < 8 : groups == 8
  }
}
