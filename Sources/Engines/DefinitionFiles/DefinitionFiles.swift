internal import Yams

/// Reads definitions from YAML.
public enum DefinitionFiles {
  /// The value in a YAML text.
  ///
  /// - Parameters:
  ///   - file: the file's name, for messages.
  ///   - members: the names that mappings may use, by the mapping's path: names parted by slashes, `*` for any element
  ///     of a list; the empty path is the whole. Mappings of other paths may use any name.
  public static func decode<Value: Decodable>(
    yaml text: String, file: String, members: [String: [String]]
  ) throws(DefinitionError) -> Value {
    do {
      if let node = try Yams.compose(yaml: text) { try check(node, path: [], members: members, file: file) }
      return try YAMLDecoder().decode(Value.self, from: text)
    } catch let error as DefinitionError {
      throw error
    } catch let error as DecodingError {
      throw DefinitionError(file: file, reason: reason(for: error))
    } catch {
      throw DefinitionError(file: file, reason: fault(in: error) ?? "\(error)")
    }
  }

  private static func check(
    _ node: Node, path: [String], members: [String: [String]], file: String
  ) throws(DefinitionError) {
    if let list = node.sequence {
      for element in list { try check(element, path: path + ["*"], members: members, file: file) }
    }
    guard let mapping = node.mapping else { return }
    let known = members[path.joined(separator: "/")]
    for (key, value) in mapping {
      let name = key.string ?? "?"
      if let known, !known.contains(name) {
        let line = key.mark.map { "line \($0.line): " } ?? ""
        throw DefinitionError(
          file: file, reason: "\(line)\(name) has no meaning here; there are \(known.joined(separator: ", "))")
      }
      try check(value, path: path + [name], members: members, file: file)
    }
  }

  private static func reason(for error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context)) lacks \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return context.underlyingError.flatMap(fault) ?? "\(place(context)) \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  /// Where a text is no YAML at all, and why.
  private static func fault(in error: any Error) -> String? {
    guard let error = error as? YamlError else { return nil }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "line \(mark.line) is not YAML: \(problem)"
    default: return "is not YAML: " + "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }
  }

  private static func place(_ context: DecodingError.Context) -> String {
    "/" + context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/")
  }
}

/// Definitions that can't be used.
public struct DefinitionError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong and where.
  public let reason: String

  /// A fault in a file.
  public init(file: String, reason: String) {
    self.file = file
    self.reason = reason
  }

  /// One line for the person who must mend it.
  public var description: String { "\(file): \(reason)" }
}
