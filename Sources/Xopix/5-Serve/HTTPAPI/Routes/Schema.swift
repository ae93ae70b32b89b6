internal import JSONBytes

/// The part of JSON Schema (2020-12) that describes bodies and answers.
indirect enum Schema: Sendable {
  case string
  case integer
  case number
  case boolean
  /// Any JSON value.
  case any
  /// A time as RFC 3339 writes it.
  case time
  case choice([String])
  case array(Schema)
  case bounded(Schema, most: Int)
  /// Members in order; those whose names end in `?` may be absent.
  case object([(String, Schema)])
  /// An object whose members have any names.
  case map(Schema)
  case nullable(Schema)
  case oneOf([Schema])
  /// One of the named schemas of the document.
  case named(String)
  /// Members from parameters.
  case parameters([Parameter])

  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    members(to: &writer)
    writer.endObject()
  }

  private func members(to writer: inout JSONWriter) {
    switch self {
    case .string: writer.member("type", "string")
    case .integer: writer.member("type", "integer")
    case .number: writer.member("type", "number")
    case .boolean: writer.member("type", "boolean")
    case .any: break
    case .time:
      writer.member("type", "string")
      writer.member("format", "date-time")
    case .choice(let words):
      writer.member("type", "string")
      writer.key("enum")
      writer.beginArray()
      for word in words { writer.string(word) }
      writer.endArray()
    case .array(let element): Self.array(of: element, to: &writer)
    case .bounded(let element, let most):
      Self.array(of: element, to: &writer)
      writer.member("maxItems", most)
    case .object(let properties): Self.object(properties, to: &writer)
    case .map(let value):
      writer.member("type", "object")
      writer.key("additionalProperties")
      value.write(to: &writer)
    case .nullable(let schema): Self.alternatives([schema], orNull: true, to: &writer)
    case .oneOf(let schemas): Self.alternatives(schemas, orNull: false, to: &writer)
    case .named(let name): writer.member("$ref", "#/components/schemas/" + name)
    case .parameters(let parameters): Self.parameters(parameters, to: &writer)
    }
  }

  private static func array(of element: Schema, to writer: inout JSONWriter) {
    writer.member("type", "array")
    writer.key("items")
    element.write(to: &writer)
  }

  private static func object(_ properties: [(String, Schema)], to writer: inout JSONWriter) {
    writer.member("type", "object")
    writer.key("required")
    writer.beginArray()
    for (name, _) in properties where !name.hasSuffix("?") { writer.string(name) }
    writer.endArray()
    writer.key("properties")
    writer.beginObject()
    for (name, schema) in properties {
      writer.key(name.hasSuffix("?") ? String(name.dropLast()) : name)
      schema.write(to: &writer)
    }
    writer.endObject()
  }

  private static func alternatives(_ schemas: [Schema], orNull: Bool, to writer: inout JSONWriter) {
    writer.key("anyOf")
    writer.beginArray()
    for schema in schemas { schema.write(to: &writer) }
    if orNull {
      writer.beginObject()
      writer.member("type", "null")
      writer.endObject()
    }
    writer.endArray()
  }

  private static func parameters(_ parameters: [Parameter], to writer: inout JSONWriter) {
    writer.member("type", "object")
    writer.member("additionalProperties", false)
    let required = parameters.filter(\.isRequired)
    if !required.isEmpty {
      writer.key("required")
      writer.beginArray()
      for parameter in required { writer.string(parameter.name) }
      writer.endArray()
    }
    writer.key("properties")
    writer.beginObject()
    for parameter in parameters {
      writer.key(parameter.name)
      writer.beginObject()
      parameter.writeSchema(to: &writer)
      writer.member("description", parameter.summary)
      writer.endObject()
    }
    writer.endObject()
  }
}

extension Parameter {
  /// Writes the members of the parameter's schema into an open object.
  func writeSchema(to writer: inout JSONWriter) {
    switch kind {
    case .text(let most):
      writer.member("type", "string")
      writer.member("maxLength", most)
    case .cursor:
      writer.member("type", "string")
      writer.member("maxLength", Limits.longestCursor)
    case .integer(let range):
      writer.member("type", "integer")
      writer.member("minimum", range.lowerBound)
      if range.upperBound < .max { writer.member("maximum", range.upperBound) }
    case .choice(let words):
      writer.member("type", "string")
      writer.key("enum")
      writer.beginArray()
      for word in words { writer.string(word) }
      writer.endArray()
    case .flag: writer.member("type", "boolean")
    case .list(let most):
      writer.member("type", "array")
      writer.key("items")
      writer.beginObject()
      writer.member("type", "string")
      writer.endObject()
      writer.member("maxItems", most)
    case .time:
      writer.member("type", "string")
      writer.member("format", "date-time")
    case .duration:
      writer.member("type", "string")
      writer.member("pattern", "^[0-9]{1,9}(ms|s|m|h|d)$")
    case .step:
      writer.member("type", "string")
      writer.member("pattern", "^([0-9]{1,9}(ms|s|m|h|d)|all)$")
    case .position, .filter, .sort, .boost, .minimumMatch: writer.member("type", "string")
    }
    guard let usual else { return }
    writer.key("default")
    switch kind {
    case .integer: writer.numberText(usual)
    case .flag: writer.bool(usual == "true")
    default: writer.string(usual)
    }
  }
}
