/// What the engine takes at most, so that no schema and no value costs more than a bounded time.
enum SchemaLimits {
  /// Subschemas of one schema, those of its references included.
  static let subschemas = 10_000
  /// Instructions of one pattern's program.
  static let patternInstructions = 10_000
  /// Elementary steps of one validation; a value that needs more is refused.
  static let validationSteps = 5_000_000
  /// Pairs of subschemas that one comparison looks at; schemas that need more count as incompatible.
  static let comparisonSteps = 50_000
  /// Subschemas applied within each other, through references too.
  static let depth = 300
  /// Differences that one comparison reports.
  static let differences = 100
}
