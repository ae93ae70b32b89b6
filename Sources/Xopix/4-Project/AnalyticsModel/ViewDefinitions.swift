public import Streams
internal import Yams

/// Reads definitions of views from YAML.
public enum ViewDefinitions {
  /// The views in a file such as `fixtures/views/built-in.yaml`: a mapping with a list `views`.
  ///
  /// - Parameter file: the file's name, for messages.
  public static func parse(yaml text: String, file: String) throws(ViewDefinitionError) -> [ViewDefinition] {
    do {
      let views = try YAMLDecoder().decode(File.self, from: text).views
      for view in views { try view.validate(against: ShopStreams.schemas) }
      return views
    } catch {
      throw ViewDefinitionError(file: file, reason: Self.reason(for: error))
    }
  }

  private struct File: Decodable {
    let views: [ViewDefinition]
  }

  private static func reason(for error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let context: DecodingError.Context
    switch error {
    case .keyNotFound(let key, let found): return place(found) + " lacks \(key.stringValue)"
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
    @unknown default: return "\(error)"
    }
    if let fault = yamlFault(context.underlyingError) { return fault }
    return "\(place(context)) \(context.debugDescription)"
  }

  /// Where a text is no YAML at all, and why.
  private static func yamlFault(_ error: (any Error)?) -> String? {
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

/// Definitions of views that can't be used.
public struct ViewDefinitionError: Error, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong and where.
  public let reason: String

  /// One line for the person who must mend it.
  public var description: String { "\(file): \(reason)" }
}
