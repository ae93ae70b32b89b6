public import Scoring
internal import Yams

/// Reads features and rules from YAML.
public enum FraudDefinitions {
  /// The definition in the texts of files such as `fixtures/fraud/features.yaml` and `fixtures/fraud/rules.yaml`.
  public static func parse(features: String, rules: String) throws(FraudDefinitionError) -> ScoringDefinition {
    let features: FeatureFile = try decode(features, file: "features.yaml")
    let rules: RuleFile = try decode(rules, file: "rules.yaml")
    let definition = ScoringDefinition(
      version: rules.version, features: features.features, rules: rules.rules.map(\.definition),
      reviewFrom: rules.thresholds.review, blockFrom: rules.thresholds.block)
    do throws(ScoringError) {
      try definition.validate(fields: PaymentFields.names)
    } catch {
      throw FraudDefinitionError(file: "features.yaml and rules.yaml", reason: "\(error)")
    }
    return definition
  }

  private struct FeatureFile: Decodable {
    let features: [FeatureDefinition]
  }

  private struct RuleFile: Decodable {
    struct Thresholds: Decodable {
      let review: Double
      let block: Double
    }
    /// A rule as it is written: live where it does not say otherwise.
    struct Rule: Decodable {
      let id: String
      let when: [RuleDefinition.Condition]
      let weight: Double
      let action: Decision?
      let state: RuleDefinition.State?
      let reason: String

      var definition: RuleDefinition {
        RuleDefinition(id: id, when: when, weight: weight, action: action, state: state ?? .live, reason: reason)
      }
    }
    let version: String
    let thresholds: Thresholds
    let rules: [Rule]
  }

  private static func decode<File: Decodable>(
    _ text: String, file: String
  ) throws(FraudDefinitionError) -> File {
    do {
      return try YAMLDecoder().decode(File.self, from: text)
    } catch {
      throw FraudDefinitionError(file: file, reason: reason(for: error))
    }
  }

  private static func reason(for error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context)) lacks \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      if let fault = yamlFault(context.underlyingError) { return fault }
      return "\(place(context)) \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
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

/// Features or rules that can't be used.
public struct FraudDefinitionError: Error, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What is wrong and where.
  public let reason: String

  /// One line for the person who must mend it.
  public var description: String { "\(file): \(reason)" }
}
