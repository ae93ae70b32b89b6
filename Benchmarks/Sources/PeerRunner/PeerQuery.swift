import JSONBytes

/// A query as `material/queries.py` writes it.
struct PeerQuery {
  let number: Int64
  let operation: String
  /// The index: single or multi; elsewhere what is asked for is no search.
  let index: String
  let hasFacets: Bool
  let words: [String]
  /// What was typed, for autocomplete.
  let text: String
  let edits: Int64
  let range: (from: Double, to: Double)?

  private init(_ object: JSONObject) {
    func text(_ name: String) -> String { if case .string(let text)? = object[name] { text } else { "" } }
    number = object["number"]?.integerValue ?? 0
    operation = text("operation")
    index = text("index")
    hasFacets = object["facets"] == .bool(true)
    self.text = text("text")
    edits = object["edits"]?.integerValue ?? 0
    if case .array(let values)? = object["words"] {
      words = values.compactMap { if case .string(let word) = $0 { word } else { nil } }
    } else {
      words = []
    }
    if let from = object["from"]?.doubleValue, let to = object["to"]?.doubleValue {
      range = (from, to)
    } else {
      range = nil
    }
  }

  /// The queries of a file, by kind, in the file's order.
  static func read(_ path: String) throws -> [(kind: String, queries: [PeerQuery])] {
    var kinds: [(kind: String, queries: [PeerQuery])] = []
    for line in try Lines(path: path) {
      guard case .object(let object) = try JSONValue.parse(line), case .string(let kind)? = object["kind"] else {
        continue
      }
      if kinds.last?.kind != kind { kinds.append((kind, [])) }
      kinds[kinds.count - 1].queries.append(PeerQuery(object))
    }
    return kinds
  }
}
