internal import ByteCoding
internal import JSONBytes
public import Projections
public import RecordBatches

/// Decodes records of the shop's topics: CloudEvents in structured or binary mode, bare or framed for a schema registry.
public final class ShopEventDecoder: EventDecoding {
  /// How far an event's time may lie after its record's timestamp: what claims to come from later is refused, since it
  /// would close the windows of every event before it.
  public static let largestLead: Int64 = 24 * 3_600_000_000

  /// A decoder.
  public init() {}

  /// Every topic that a decoder's refusals may go to.
  public static let deadLetterTopics: [String] = EventTypes.topics.map(EventTypes.deadLetterTopic(of:))

  /// Whether the topic is one of the shop's.
  public func reads(topic: String) -> Bool { EventTypes.byTopic[topic] != nil }

  /// The event in a record, or why there is none; a refused value that holds card numbers comes back masked.
  public func decode(_ record: Record, topic: String) -> Decoded<ShopEvent> {
    do throws(Rejection) {
      guard let value = record.value else {
        throw Rejection(code: "empty-record", message: "the record has no value")
      }
      return try decode(value, record: record, topic: topic)
    } catch {
      return .rejected(Self.withoutCardNumbers(error, value: record.value ?? []))
    }
  }

  /// What is refused for another reason is kept too, and must hold no card number either.
  private static func withoutCardNumbers(_ rejection: Rejection, value: [UInt8]) -> Rejection {
    guard rejection.maskedValue == nil, !CardNumbers.ranges(in: value).isEmpty else { return rejection }
    return Rejection(
      code: rejection.code, message: rejection.message, pointer: rejection.pointer,
      maskedValue: CardNumbers.masked(value))
  }

  private func decode(_ value: [UInt8], record: Record, topic: String) throws(Rejection) -> Decoded<ShopEvent> {
    let payload = try Self.unframed(value)
    let json = try Self.parse(payload)
    try Self.refuseCardNumbers(in: json, value: value)
    let isBinary = record.headers.contains { $0.key == "ce_specversion" }
    let envelope = try isBinary ? EventEnvelope(headers: record.headers, data: json) : EventEnvelope(structured: json)
    guard EventTypes.byTopic[topic]?.contains(envelope.type) == true,
      let body = try EventBodyParser(data: envelope.data).body(ofType: envelope.type)
    else { return .unknownType(envelope.type) }
    let recordTime = try Self.time(of: record)
    let time = envelope.time ?? recordTime
    guard time.rawValue <= recordTime.rawValue + Self.largestLead else {
      throw Rejection(
        code: "time-in-future",
        message: "time \(time.rfc3339) lies more than 24 hours after the record's own, \(recordTime.rfc3339)",
        pointer: "/time")
    }
    return .event(
      ShopEvent(id: envelope.id, source: envelope.source, time: time, body: body), identity: Self.identity(of: envelope)
    )
  }

  private static func time(of record: Record) throws(Rejection) -> Timestamp {
    // Checked in milliseconds first: far out of range they do not fit into microseconds.
    let milliseconds = record.timestampMilliseconds
    let time = Timestamp(milliseconds: milliseconds)
    guard milliseconds.magnitude < 1 << 50, time.isWritable else {
      throw Rejection(
        code: "record-time", message: "the record's timestamp, \(milliseconds) ms, lies outside of the years 1 to 9999")
    }
    return time
  }

  /// Takes off a schema registry's frame: a zero byte and a four-byte schema id. JSON never starts with a zero byte.
  private static func unframed(_ value: [UInt8]) throws(Rejection) -> [UInt8] {
    guard value.first == 0 else { return value }
    guard value.count > 5 else {
      throw Rejection(code: "invalid-frame", message: "the value starts as a schema registry's frame and ends in it")
    }
    return Array(value[5...])
  }

  static func parse(_ bytes: [UInt8]) throws(Rejection) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue.parse(bytes)
    } catch {
      throw Rejection(code: "invalid-json", message: "\(error)")
    }
  }

  private static func identity(of envelope: EventEnvelope) -> EventIdentity {
    // The separator can't be confused with the texts: the first one's length comes before it.
    var key = ByteWriter(capacity: envelope.source.utf8.count + envelope.id.utf8.count + 4)
    key.writePrefixed(envelope.source)
    key.writeBytes(envelope.id.utf8)
    let bytes = key.bytes
    return EventIdentity(
      high: XXHash64.hash(bytes.rawBytes, seed: 0x1d), low: XXHash64.hash(bytes.rawBytes, seed: 0x7c3a_9f01))
  }

  // MARK: Card numbers

  /// Refuses an event that holds a card number anywhere but in `gtin`, whose bar codes may look like one; a product's
  /// title may repeat such a code.
  private static func refuseCardNumbers(in json: JSONValue, value: [UInt8]) throws(Rejection) {
    // Most values have no run of 13 digits at all, and this scan of the bytes is much cheaper than a walk of the tree.
    // Escapes can hide digits from it ("\u0034"), so a value with such escapes is always walked.
    guard mayHoldCardNumber(value),
      let pointer = pointerToCardNumber(in: json, at: "", barCodes: barCodes(of: json))
    else { return }
    throw Rejection(
      code: "card-number",
      message: "\(pointer.isEmpty ? "the value" : pointer) holds a card number; send an opaque token instead",
      pointer: pointer, maskedValue: CardMasking.masked(json))
  }

  private static func mayHoldCardNumber(_ value: [UInt8]) -> Bool {
    var digits = 0
    for byte in value {
      if byte &- UInt8(ascii: "0") < 10 {
        digits += 1
        if digits >= 13 { return true }
      } else if byte == UInt8(ascii: "\\") {
        return true
      } else if byte != UInt8(ascii: " "), byte != UInt8(ascii: "-") {
        digits = 0
      }
    }
    return false
  }

  /// The bar codes that an event, or the data of one, says its product has.
  private static func barCodes(of json: JSONValue) -> Set<[UInt8]> {
    guard case .object(let event) = json else { return [] }
    var data = event
    if case .object(let inner)? = event["data"] { data = inner }
    switch data["gtin"] {
    case .string(let code)?: return [Array(code.utf8)]
    case .array(let codes)?:
      return Set(codes.compactMap { if case .string(let code) = $0 { Array(code.utf8) } else { nil } })
    default: return []
    }
  }

  static func pointerToCardNumber(
    in value: JSONValue, at pointer: String, barCodes: Set<[UInt8]> = []
  ) -> String? {
    func holdsCardNumber(_ text: String) -> Bool {
      let bytes = Array(text.utf8)
      return CardNumbers.ranges(in: bytes).contains { !barCodes.contains(Array(bytes[$0])) }
    }
    switch value {
    case .null, .bool: return nil
    case .string(let text): return holdsCardNumber(text) ? pointer : nil
    case .integer, .number: return holdsCardNumber(value.decimalText ?? "") ? pointer : nil
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        if let found = pointerToCardNumber(in: element, at: pointer + "/\(index)", barCodes: barCodes) {
          return found
        }
      }
      return nil
    case .object(let object):
      for (name, member) in object.members {
        // A name is shown in the message, so one that holds a number is pointed at by its parent.
        if !CardNumbers.ranges(in: Array(name.utf8)).isEmpty { return pointer }
        if pointer == "/data" || pointer.isEmpty, name == "gtin" { continue }
        let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
        if let found = pointerToCardNumber(in: member, at: pointer + "/" + escaped, barCodes: barCodes) { return found }
      }
      return nil
    }
  }
}
