internal import JSONBytes
internal import JSONSchemas
internal import Synchronization

/// Why a record does not go into a topic that validates its records.
public struct SchemaViolation: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Kind: String, Sendable {
    /// Neither framed for the registry nor an event whose type has a schema.
    case noSchema = "no-schema"
    /// The frame ends within its head, or its id is of no schema.
    case unknownID = "unknown-schema-id"
    /// The schema is there, but in no subject of the topic.
    case otherSubject = "schema-of-another-subject"
    /// What should be JSON is not.
    case malformed = "malformed-payload"
    /// The schema does not allow the payload.
    case invalid = "schema-violation"
  }

  /// What kind of fault it is.
  public let kind: Kind
  /// The fault in words, with the JSON pointer of the first member that is wrong.
  public let message: String

  /// The message.
  public var description: String { message }
}

extension Registry {
  /// Why a record's key or value may not go into a topic whose `schema.validation` is on; nil where it may.
  ///
  /// - A framed value (a zero byte, a four-byte id, the payload) must have the id of a schema in a subject of the topic:
  ///   `<topic>-value`, or `<topic>-<type>` for one type of record. A schema of `<topic>-value` describes the payload; one
  ///   of `<topic>-<type>` describes the event's data, which is the member `data` where the payload is a CloudEvent, and
  ///   else the payload itself. Payloads in Avro are taken unread.
  /// - A value without frame must be a CloudEvent, or the data of one of `eventType`, and its type must have a subject
  ///   `<topic>-<type>`, whose latest schema describes the data.
  /// - A framed key must have the id of a schema in `<topic>-key`; where there is no such subject, a key without frame is
  ///   anything.
  ///
  /// - Parameter eventType: the header `ce_type` of an event in binary mode.
  public func check(topic: String, isKey: Bool, value: [UInt8], eventType: String? = nil) -> SchemaViolation? {
    if value.first == 0 { return checkFramed(value, topic: topic, isKey: isKey) }
    if isKey {
      guard !state.withLock({ $0.versions(of: topic + "-key", deleted: false).isEmpty }) else { return nil }
      return SchemaViolation(kind: .noSchema, message: "the key has no schema id, and \(topic)-key has a schema")
    }
    return checkEvent(value, topic: topic, eventType: eventType)
  }

  private func checkFramed(_ value: [UInt8], topic: String, isKey: Bool) -> SchemaViolation? {
    guard value.count >= 5 else {
      return SchemaViolation(kind: .unknownID, message: "the value ends within the frame of a schema id")
    }
    let id = value[1..<5].reduce(0) { $0 << 8 | Int($1) }
    let subjects = state.withLock { state in
      state.schemas[id].map { schema in
        let names = state.subjectsByID[id] ?? []
        return names.filter { name in (state.subjects[name] ?? []).contains { $0.id == id && !$0.isDeleted } }
      }
    }
    guard let subjects else {
      return SchemaViolation(kind: .unknownID, message: "no schema has the id \(id)")
    }
    let key = topic + "-key"
    let own = subjects.filter { isKey ? $0 == key : $0.hasPrefix(topic + "-") && $0 != key }
    guard !own.isEmpty else {
      return SchemaViolation(kind: .otherSubject, message: "schema \(id) is in no subject of topic \(topic)")
    }
    let isWhole = isKey || own.contains(topic + "-value")
    return validate(Array(value[5...]), id: id, isWhole: isWhole)
  }

  private func checkEvent(_ value: [UInt8], topic: String, eventType: String?) -> SchemaViolation? {
    let payload: JSONValue
    do throws(JSONError) {
      payload = try JSONValue.parse(value)
    } catch {
      return SchemaViolation(kind: .malformed, message: "the value has no schema id and is \(error)")
    }
    guard let type = eventType ?? Self.event(payload)?.type else {
      return SchemaViolation(kind: .noSchema, message: "the value has no schema id and is no CloudEvent with a type")
    }
    let subject = topic + "-" + type
    guard let version = state.withLock({ $0.versions(of: subject, deleted: false).last }) else {
      return SchemaViolation(kind: .noSchema, message: "no schema is registered as \(subject)")
    }
    return validate(payload, id: version.id, isWhole: eventType != nil)
  }

  /// The type and the data of a CloudEvent in structured mode; nil for anything else.
  private static func event(_ value: JSONValue) -> (type: String, data: JSONValue)? {
    guard case .object(let object) = value, case .string? = object["specversion"],
      case .string(let type)? = object["type"],
      let data = object["data"]
    else { return nil }
    return (type, data)
  }

  private func validate(_ payload: [UInt8], id: Int, isWhole: Bool) -> SchemaViolation? {
    do throws(RegistryError) {
      guard case .json = try parsedSchema(id: id) else { return nil }
    } catch {
      return SchemaViolation(kind: .unknownID, message: "schema \(id) can't be used: \(error.message)")
    }
    do throws(JSONError) {
      return validate(try JSONValue.parse(payload), id: id, isWhole: isWhole)
    } catch {
      return SchemaViolation(kind: .malformed, message: "the payload is \(error)")
    }
  }

  private func validate(_ payload: JSONValue, id: Int, isWhole: Bool) -> SchemaViolation? {
    let schema: ParsedSchema
    do throws(RegistryError) {
      schema = try parsedSchema(id: id)
    } catch {
      return SchemaViolation(kind: .unknownID, message: "schema \(id) can't be used: \(error.message)")
    }
    guard case .json(let schema) = schema else {
      return SchemaViolation(kind: .invalid, message: "schema \(id) is of Avro, and the value is not framed for it")
    }
    let event = isWhole ? nil : Self.event(payload)
    guard let first = schema.violations(in: event?.data ?? payload, limit: 1).first else { return nil }
    let place =
      event == nil ? first.description : "/data" + (first.pointer.isEmpty ? "" : first.pointer) + " " + first.reason
    return SchemaViolation(kind: .invalid, message: "by schema \(id), \(place)")
  }
}
