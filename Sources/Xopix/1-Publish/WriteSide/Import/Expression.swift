internal import ByteCoding
internal import JSONBytes

/// How a field of an event is made from a row.
struct Expression: Sendable {
  /// Where the value comes from.
  enum Source: Sendable {
    /// The first of these columns that has a value.
    case columns([ColumnPath])
    case constant(JSONValue)
    case template(Template)
  }

  /// What a value is turned into.
  enum Conversion: String, Sendable, CaseIterable {
    case string, number, integer, boolean, time, list
  }

  var source: Source
  var split: String?
  var removedPrefix: String?
  var removedSuffix: String?
  /// Replacements of whole values.
  var replacements: [String: JSONValue] = [:]
  var scale: ExactDecimal?
  var isAbsolute = false
  var conversions: [Conversion] = []
  var timeFormat = TimeFormat.standard
  var fallback: JSONValue?
  var isRequired = false

  init(source: Source) { self.source = source }

  /// Each group of columns of which a CSV file must have at least one.
  var columns: [[ColumnPath]] {
    switch source {
    case .columns(let paths): [paths]
    case .constant: []
    case .template(let template): template.columns.map { [$0] }
    }
  }

  /// The value for a row; nil where there is none and none is required.
  func value(_ row: Row, field: String) throws(RowRefusal) -> JSONValue? {
    guard let start = start(row) else {
      if let fallback { return fallback }
      if isRequired { throw RowRefusal(field: field, reason: "is required, and \(missing) has no value") }
      return nil
    }
    return try converted(start, field: field)
  }

  private func start(_ row: Row) -> JSONValue? {
    switch source {
    case .columns(let paths):
      for path in paths {
        if let value = row.value(path) { return value }
      }
      return nil
    case .constant(let value): return value
    case .template(let template): return template.text(row).map(JSONValue.string)
    }
  }

  private var missing: String {
    switch source {
    case .columns(let paths): paths.map(\.name).joined(separator: " or ")
    case .constant: "the constant"
    case .template(let template): template.columns.map(\.name).joined(separator: " or ")
    }
  }

  private func converted(_ start: JSONValue, field: String) throws(RowRefusal) -> JSONValue {
    var value = start
    if removedPrefix != nil || removedSuffix != nil, let text = value.plainText {
      var rest = Substring(text)
      if let removedPrefix, rest.hasPrefix(removedPrefix) { rest = rest.dropFirst(removedPrefix.count) }
      if let removedSuffix, rest.hasSuffix(removedSuffix) { rest = rest.dropLast(removedSuffix.count) }
      value = .string(String(rest))
    }
    if let text = value.plainText, let replacement = replacements[text] { value = replacement }
    if let split {
      guard let text = value.plainText else { throw RowRefusal(field: field, reason: "only text can be split") }
      value = .array(Self.pieces(of: text, separator: split))
    }
    if scale != nil || isAbsolute {
      var number = try Self.number(value, field: field)
      if let scale {
        guard let product = number.multiplied(by: scale) else {
          throw RowRefusal(field: field, reason: "has too many digits")
        }
        number = product
      }
      value = Self.json(isAbsolute ? number.absolute : number)
    }
    for conversion in conversions { value = try convert(value, to: conversion, field: field) }
    return value
  }

  private func convert(_ value: JSONValue, to kind: Conversion, field: String) throws(RowRefusal) -> JSONValue {
    switch kind {
    case .string:
      guard let text = value.plainText else { throw RowRefusal(field: field, reason: "is no single value") }
      return .string(text)
    case .number: return Self.json(try Self.number(value, field: field))
    case .integer:
      let number = try Self.number(value, field: field)
      guard let integer = number.integer else {
        throw RowRefusal(field: field, reason: "\(number.text) is not an integer of 64 bits")
      }
      return .integer(integer)
    case .boolean:
      switch value.plainText?.lowercased() {
      case "true", "1", "yes", "y", "t": return .bool(true)
      case "false", "0", "no", "n", "f": return .bool(false)
      default: throw RowRefusal(field: field, reason: "\(Self.shown(value)) is neither true nor false")
      }
    case .time:
      guard let text = value.plainText, let time = timeFormat.time(text) else {
        throw RowRefusal(field: field, reason: "\(Self.shown(value)) is not a time in the expected format")
      }
      return .string(time.rfc3339)
    case .list:
      if case .array = value { return value }
      return .array([value])
    }
  }

  /// The exact number that a value is or spells.
  static func number(_ value: JSONValue, field: String) throws(RowRefusal) -> ExactDecimal {
    guard let number = value.decimalText.flatMap({ ExactDecimal($0) }) else {
      throw RowRefusal(field: field, reason: "\(shown(value)) is not a decimal number")
    }
    return number
  }

  /// A number as JSON writes it.
  static func json(_ number: ExactDecimal) -> JSONValue {
    number.integer.map(JSONValue.integer) ?? .number(JSONNumber(text: number.text))
  }

  private static func pieces(of text: String, separator: String) -> [JSONValue] {
    text.split(separator: separator).compactMap { piece in
      let trimmed = piece.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
      return trimmed.isEmpty ? nil : .string(String(trimmed))
    }
  }

  private static func shown(_ value: JSONValue) -> String {
    guard let text = value.plainText else { return "the value" }
    return "“\(text.prefix(60))”"
  }
}
