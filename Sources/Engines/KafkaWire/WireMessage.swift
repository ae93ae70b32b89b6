public import NIOCore

/// A request or a response of Kafka's protocol, as a value.
///
/// A field that a version does not have is left at its default when that version is read, and left out when it is written.
public protocol WireMessage: Sendable, Equatable {
  /// The number of the API.
  static var apiKey: Int16 { get }
  /// The versions that can be read and written.
  static var versions: ClosedRange<Int16> { get }
  /// All fields with their defaults.
  init()
  /// Reads the message as of a version, which must be one of ``versions``.
  init(reading reader: inout WireReader, version: Int16) throws(WireError)
  /// Writes the message as of a version, which must be one of ``versions``.
  func write(to writer: inout WireWriter, version: Int16)
}

/// 128 bits that name a topic or a directory.
public struct WireUUID: Hashable, Sendable {
  /// The first eight bytes, big-endian.
  public let high: UInt64
  /// The last eight bytes, big-endian.
  public let low: UInt64

  /// An id from its halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// What stands for no id.
  public static let zero = WireUUID(high: 0, low: 0)
}

/// The record batches of a partition in a request or a response.
public enum RecordsField: Sendable, Equatable {
  /// There are none, and it is said so.
  case null
  /// The batches' bytes: when read, a slice of the message's own.
  case bytes(ByteBuffer)
  /// Batches that stand elsewhere and are put into the frame when it is sent; for writing only.
  case external(byteCount: Int)
}

/// A tagged field as it was read.
public struct TaggedField {
  /// Its number.
  public let number: UInt32
  /// Its bytes.
  public var content: WireReader
}

/// Tagged fields that are to be written, in the order of their numbers.
public struct TaggedFields {
  var fields: [(number: UInt32, content: ByteBuffer)] = []

  /// No fields.
  public init() {}

  /// Adds a field, whose number is above those before.
  public mutating func add(_ number: UInt32, _ body: (inout WireWriter) -> Void) {
    var writer = WireWriter()
    body(&writer)
    fields.append((number, writer.buffer))
  }
}
