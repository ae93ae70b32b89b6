internal import JSONBytes
internal import Yams

/// A value of a mapping's YAML with its path, so that complaints can name their place.
struct YAMLValue {
  let node: Node
  let path: String
  let file: String

  /// The value of a whole document.
  init(document text: String, file: String) throws(WriteSideError) {
    let composed: Node?
    do {
      composed = try Yams.compose(yaml: text)
    } catch {
      var line = 1
      var reason = "\(error)"
      switch error as? YamlError {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        (line, reason) = (mark.line, problem)
      case .duplicatedKeysInMapping(let keys, let context):
        (line, reason) = (context.mark.line, "\(keys.joined(separator: ", ")) stands twice")
      default: break
      }
      throw .invalidMapping(file: file, line: line, field: "", reason: "is not YAML: \(reason)")
    }
    guard let composed else {
      throw .invalidMapping(file: file, line: 1, field: "", reason: "is empty; an `event` is required")
    }
    node = composed
    path = ""
    self.file = file
  }

  private init(node: Node, path: String, file: String) {
    self.node = node
    self.path = path
    self.file = file
  }

  /// A complaint about this value.
  func failure(_ reason: String) -> WriteSideError {
    .invalidMapping(file: file, line: node.mark?.line ?? 1, field: path, reason: reason)
  }

  /// The members of a mapping, which may have no names but `allowed`.
  func members(_ allowed: Set<String>? = nil) throws(WriteSideError) -> [(name: String, value: YAMLValue)] {
    guard case .mapping(let mapping) = node else { throw failure("must be a mapping of names to values") }
    var members: [(name: String, value: YAMLValue)] = []
    for pair in mapping {
      guard case .scalar(let name) = pair.key else { throw failure("must have plain names") }
      let value = YAMLValue(
        node: pair.value, path: path.isEmpty ? name.string : "\(path).\(name.string)", file: file)
      if let allowed, !allowed.contains(name.string) {
        throw .invalidMapping(
          file: file, line: name.mark?.line ?? 1, field: value.path,
          reason: "is not known here; possible are \(allowed.sorted().joined(separator: ", "))")
      }
      members.append((name.string, value))
    }
    return members
  }

  /// The elements of a list; a single value counts as a list of one.
  func elements() -> [YAMLValue] {
    guard case .sequence(let sequence) = node else { return [self] }
    return sequence.enumerated().map { YAMLValue(node: $0.element, path: "\(path)[\($0.offset)]", file: file) }
  }

  var isMapping: Bool {
    if case .mapping = node { true } else { false }
  }

  /// The text of a scalar.
  func text() throws(WriteSideError) -> String {
    guard case .scalar(let scalar) = node else { throw failure("must be a single value") }
    return scalar.string
  }

  func texts() throws(WriteSideError) -> [String] {
    var texts: [String] = []
    for element in elements() { texts.append(try element.text()) }
    return texts
  }

  func template() throws(WriteSideError) -> Template {
    guard let template = Template(try text()) else {
      throw failure("has a brace without its partner; write {{ and }} for braces themselves")
    }
    return template
  }

  func flag() throws(WriteSideError) -> Bool {
    guard case .bool(let flag) = try constant() else { throw failure("must be true or false") }
    return flag
  }

  func decimal() throws(WriteSideError) -> ExactDecimal {
    guard let number = ExactDecimal(try text()) else { throw failure("must be a decimal number") }
    return number
  }

  /// A scalar or a list of scalars as JSON: numbers stay exact, quoted text stays text.
  func constant() throws(WriteSideError) -> JSONValue {
    switch node {
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
      switch scalar.string {
      case "true", "True", "TRUE": return .bool(true)
      case "false", "False", "FALSE": return .bool(false)
      case "null", "Null", "NULL", "~", "": return .null
      default: return ExactDecimal(scalar.string).map(Expression.json) ?? .string(scalar.string)
      }
    case .sequence:
      var values: [JSONValue] = []
      for element in elements() { values.append(try element.constant()) }
      return .array(values)
    default: throw failure("must be a single value or a list of them")
    }
  }
}
