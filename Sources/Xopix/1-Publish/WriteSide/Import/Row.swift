internal import JSONBytes

/// One row of a file: an object of JSON or a line of CSV.
struct Row: Sendable {
  /// The row's place in the file, from 1; a header does not count.
  let number: Int
  let content: Content

  /// What a row holds.
  enum Content: Sendable {
    case json(JSONObject)
    case csv(header: CSVHeader, fields: [String])
  }

  /// The value of a column; nil where it is absent, null or an empty text.
  func value(_ column: ColumnPath) -> JSONValue? {
    switch content {
    case .csv(let header, let fields):
      guard let place = header.places[column.name], !fields[place].isEmpty else { return nil }
      return .string(fields[place])
    case .json(let object):
      guard let value = column.value(in: object), value != .null, value != .string("") else { return nil }
      return value
    }
  }

  /// Every column with its value, in the file's order.
  var members: [(name: String, value: JSONValue)] {
    switch content {
    case .json(let object): object.members
    case .csv(let header, let fields): zip(header.names, fields).map { ($0, .string($1)) }
    }
  }
}

/// The names of a CSV file's columns.
struct CSVHeader: Sendable {
  let names: [String]
  let places: [String: Int]

  /// nil where a name stands twice.
  init?(names: [String]) {
    self.names = names
    var places: [String: Int] = [:]
    for (place, name) in names.enumerated() where places.updateValue(place, forKey: name) != nil { return nil }
    self.places = places
  }
}

/// Where a value stands in a row: a column's name, or in JSON names parted by dots.
struct ColumnPath: Sendable, Hashable {
  /// The whole path as written.
  let name: String
  private let parts: [String]

  init(_ name: String) {
    self.name = name
    parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }

  /// The value in an object: a member of the whole name comes before a path.
  func value(in object: JSONObject) -> JSONValue? {
    if let value = object[name] { return value }
    guard parts.count > 1 else { return nil }
    var value = JSONValue.object(object)
    for part in parts {
      guard case .object(let inner) = value, let next = inner[part] else { return nil }
      value = next
    }
    return value
  }
}

/// Why a row can't be mapped.
struct RowRefusal: Error {
  /// The column or target field that is wrong; nil where it is the row as a whole.
  let field: String?
  let reason: String

  var message: String { field.map { "\($0): \(reason)" } ?? reason }
}
