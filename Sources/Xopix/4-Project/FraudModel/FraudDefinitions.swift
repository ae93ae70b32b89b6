public import DefinitionFiles
public import Scoring

/// Reads features and rules from YAML.
public enum FraudDefinitions {
  /// The definition in the texts of files such as `fixtures/fraud/features.yaml` and `fixtures/fraud/rules.yaml`.
  public static func parse(features: String, rules: String) throws(DefinitionError) -> ScoringDefinition {
    let features: FeatureFile = try DefinitionFiles.decode(
      yaml: features, file: "features.yaml",
      members: [
        "": ["features"], "features/*": ["name", "entity", "aggregate", "of", "window", "unit", "description"],
      ])
    let rules: RuleFile = try DefinitionFiles.decode(
      yaml: rules, file: "rules.yaml",
      members: [
        "": ["version", "thresholds", "rules"], "thresholds": ["review", "block"],
        "rules/*": ["id", "when", "weight", "action", "state", "reason"], "rules/*/when/*": ["feature", "above"],
      ])
    let definition = ScoringDefinition(
      version: rules.version, features: features.features, rules: rules.rules.map(\.definition),
      reviewFrom: rules.thresholds.review, blockFrom: rules.thresholds.block)
    do throws(ScoringError) {
      try definition.validate(fields: PaymentFields.names)
    } catch {
      throw DefinitionError(file: "features.yaml and rules.yaml", reason: "\(error)")
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
}
