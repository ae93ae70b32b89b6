internal import ByteCoding
internal import JSONBytes
internal import Projections
internal import QueryLanguage

/// The checked values of a request's parameters, by name.
struct Arguments: Sendable {
  private var values: [String: ArgumentValue] = [:]
  /// The errors met on the way, in the order of the request.
  private(set) var errors: [FieldError] = []

  init() {}

  // MARK: Reading

  /// Whether the request gives a value.
  func has(_ name: String) -> Bool { values[name] != nil }

  func text(_ name: String) -> String? {
    guard case .text(let text)? = values[name] else { return nil }
    return text
  }

  /// The number, which is given or has a usual value.
  func integer(_ name: String, or usual: Int) -> Int { integer(name) ?? usual }

  func integer(_ name: String) -> Int? {
    guard case .integer(let integer)? = values[name] else { return nil }
    return integer
  }

  func flag(_ name: String) -> Bool {
    guard case .flag(let flag)? = values[name] else { return false }
    return flag
  }

  func list(_ name: String) -> [String] {
    guard case .list(let list)? = values[name] else { return [] }
    return list
  }

  func time(_ name: String) -> Timestamp? {
    guard case .time(let time)? = values[name] else { return nil }
    return time
  }

  func duration(_ name: String) -> Duration? {
    guard case .duration(let duration)? = values[name] else { return nil }
    return duration
  }

  /// Whether everything is to be one window.
  func isWholeRange(_ name: String) -> Bool {
    if case .wholeRange? = values[name] { return true }
    return false
  }

  func position(_ name: String) -> Position? {
    guard case .position(let position)? = values[name] else { return nil }
    return position
  }

  func filter(_ name: String) -> Filter {
    guard case .filter(let filter)? = values[name] else { return .all }
    return filter
  }

  func sort(_ name: String) -> [SortKey] {
    guard case .sort(let sort)? = values[name] else { return [] }
    return sort
  }

  func boosts(_ name: String) -> [ScoreBoost] {
    guard case .boosts(let boosts)? = values[name] else { return [] }
    return boosts
  }

  func minimumMatch(_ name: String) -> MinimumMatch? {
    guard case .minimumMatch(let minimum)? = values[name] else { return nil }
    return minimum
  }

  // MARK: Checking

  /// Reads a query's pairs as the parameters allow.
  mutating func read(query pairs: [(name: String, value: String)], parameters: [Parameter]) {
    var seen: Set<String> = []
    for (name, value) in pairs {
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        let known = parameters.map(\.name)
        add(
          .unknownParameter, .query, name,
          known.isEmpty
            ? "there are no parameters here"
            : "is not a parameter here" + Suggestion.text(for: name, among: known), allowed: known)
        continue
      }
      guard seen.insert(name).inserted else {
        add(.duplicateParameter, .query, name, "is given more than once")
        continue
      }
      read(text: value, of: parameter, in: .query)
    }
    requirePresence(of: parameters, in: .query)
  }

  /// Reads a value that stands in the path or a header field.
  mutating func read(text: String, of parameter: Parameter, in location: FieldError.Location) {
    do {
      values[parameter.name] = try parameter.parse(text: text)
    } catch {
      add(error, parameter.name, in: location, base: "")
    }
  }

  /// Reads a body's members as the parameters allow; null counts as absent.
  ///
  /// - Parameter base: the JSON pointer of the object.
  mutating func read(body: JSONObject, parameters: [Parameter], base: String = "") {
    for (name, value) in body.members {
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        let known = parameters.map(\.name)
        add(
          .unknownParameter, .body, name, "is not a member here" + Suggestion.text(for: name, among: known), base: base,
          allowed: known)
        continue
      }
      if value == .null { continue }
      do {
        values[name] = try parameter.parse(json: value)
      } catch {
        add(error, name, in: .body, base: base)
      }
    }
    requirePresence(of: parameters, in: .body, base: base)
  }

  private mutating func requirePresence(
    of parameters: [Parameter], in location: FieldError.Location, base: String = ""
  ) {
    for parameter in parameters where parameter.isRequired && values[parameter.name] == nil {
      let pointer = base + "/" + FieldError.token(parameter.name)
      if errors.contains(where: { $0.pointer == pointer }) { continue }
      add(.missingParameter, location, parameter.name, "is required", base: base)
    }
  }

  private mutating func add(_ fault: ParameterFault, _ name: String, in location: FieldError.Location, base: String) {
    errors.append(
      FieldError(
        kind: fault.kind, location: location, pointer: base + "/" + FieldError.token(name), detail: fault.detail,
        allowed: fault.allowed, column: fault.column))
  }

  private mutating func add(
    _ kind: ProblemKind, _ location: FieldError.Location, _ name: String, _ detail: String, base: String = "",
    allowed: [String] = []
  ) {
    errors.append(
      FieldError(
        kind: kind, location: location, pointer: base + "/" + FieldError.token(String(name.prefix(100))),
        detail: detail, allowed: allowed))
  }
}
