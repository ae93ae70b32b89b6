/// Writes JSON as bytes, piece by piece; commas and colons come by themselves.
public struct JSONWriter: Sendable {
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []
  /// For each open array or object, whether it has no element yet.
  private var isEmpty: [Bool] = []
  private var isAfterKey = false

  /// An empty writer with room for `capacity` bytes.
  public init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  /// Opens an object.
  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  /// Closes the object opened last.
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  /// Opens an array.
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  /// Closes the array opened last.
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes a member's name; its value comes next.
  public mutating func key(_ name: String) {
    precondition(!isAfterKey, "a name must be followed by a value")
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    isAfterKey = true
  }

  /// Writes a string.
  public mutating func string(_ value: String) {
    separate()
    quote(value)
  }

  /// Writes an integer.
  public mutating func integer(_ value: Int64) {
    separate()
    digits(value.magnitude, isNegative: value < 0)
  }

  /// Writes an integer without sign.
  public mutating func unsigned(_ value: UInt64) {
    separate()
    digits(value, isNegative: false)
  }

  /// Writes a double with as few digits as read back to it; null where it is not finite, since JSON has no such numbers.
  public mutating func double(_ value: Double) {
    guard value.isFinite else { return null() }
    separate()
    if let integer = Int64(exactly: value), integer.magnitude < 1 << 53 {
      digits(integer.magnitude, isNegative: integer < 0)
    } else {
      bytes.append(contentsOf: value.description.utf8)
    }
  }

  /// Writes true or false.
  public mutating func bool(_ value: Bool) {
    separate()
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  /// Writes null.
  public mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// Writes bytes that are JSON already.
  public mutating func raw(_ json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  /// Writes a number's text as it is.
  public mutating func numberText(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes a value of any kind.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let flag): bool(flag)
    case .integer(let integer): self.integer(integer)
    case .number(let number): numberText(number.text)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let object):
      beginObject()
      for (name, member) in object.members {
        key(name)
        self.value(member)
      }
      endObject()
    }
  }

  // MARK: Bytes

  private mutating func separate() {
    if isAfterKey {
      isAfterKey = false
    } else if let last = isEmpty.indices.last {
      if isEmpty[last] { isEmpty[last] = false } else { bytes.append(UInt8(ascii: ",")) }
    }
  }

  private mutating func open(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    isEmpty.append(true)
  }

  private mutating func close(_ bracket: UInt8) {
    precondition(!isAfterKey && !isEmpty.isEmpty, "nothing is open, or a value is missing")
    isEmpty.removeLast()
    bytes.append(bracket)
  }

  private mutating func digits(_ magnitude: UInt64, isNegative: Bool) {
    if isNegative { bytes.append(UInt8(ascii: "-")) }
    let start = bytes.count
    var rest = magnitude
    repeat {
      bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x20...: bytes.append(byte)
      case 0x0a: bytes.append(contentsOf: "\\n".utf8)
      case 0x0d: bytes.append(contentsOf: "\\r".utf8)
      case 0x09: bytes.append(contentsOf: "\\t".utf8)
      default:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(Self.hexadecimal[Int(byte >> 4)])
        bytes.append(Self.hexadecimal[Int(byte & 15)])
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)
}
