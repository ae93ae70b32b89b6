extension Comparison {
  /// Whether the reader's keywords of numbers follow from what is written.
  mutating func numbersFollow(_ reader: SchemaNode, from written: Written, at pointer: String) -> Bool {
    guard
      reader.minimum != nil || reader.maximum != nil || reader.exclusiveMinimum != nil
        || reader.exclusiveMaximum != nil || reader.multipleOf != nil
    else { return true }
    var follows = true
    let nodes = written.nodes
    let (minima, exclusiveMinima) = (nodes.compactMap(\.minimum), nodes.compactMap(\.exclusiveMinimum))
    let (maxima, exclusiveMaxima) = (nodes.compactMap(\.maximum), nodes.compactMap(\.exclusiveMaximum))
    if let bound = reader.minimum, !(minima + exclusiveMinima).contains(where: { $0 >= bound }) {
      follows = fail(
        minima.isEmpty ? .minimumAdded : .minimumIncreased, at: pointer, "the minimum is \(bound.text) now")
    }
    if let bound = reader.maximum, !(maxima + exclusiveMaxima).contains(where: { $0 <= bound }) {
      follows = fail(
        maxima.isEmpty ? .maximumAdded : .maximumDecreased, at: pointer, "the maximum is \(bound.text) now")
    }
    if let bound = reader.exclusiveMinimum, !exclusiveMinima.contains(where: { $0 >= bound }),
      !minima.contains(where: { $0 > bound })
    {
      follows = fail(
        exclusiveMinima.isEmpty ? .exclusiveMinimumAdded : .exclusiveMinimumIncreased, at: pointer,
        "values must be greater than \(bound.text) now")
    }
    if let bound = reader.exclusiveMaximum, !exclusiveMaxima.contains(where: { $0 <= bound }),
      !maxima.contains(where: { $0 < bound })
    {
      follows = fail(
        exclusiveMaxima.isEmpty ? .exclusiveMaximumAdded : .exclusiveMaximumDecreased, at: pointer,
        "values must be less than \(bound.text) now")
    }
    if let divisor = reader.multipleOf {
      let divisors = nodes.compactMap(\.multipleOf)
      let isWhole = written.types.isDisjoint(with: .fraction) && ExactNumber(1).isMultiple(of: divisor)
      if !isWhole, !divisors.contains(where: { $0.isMultiple(of: divisor) }) {
        let isExpanded = divisors.contains { divisor.isMultiple(of: $0) }
        follows = fail(
          divisors.isEmpty ? .multipleOfAdded : isExpanded ? .multipleOfExpanded : .multipleOfChanged, at: pointer,
          "values must be multiples of \(divisor.text) now")
      }
    }
    return follows
  }

  /// Whether the reader's keywords of strings follow from what is written.
  mutating func stringsFollow(_ reader: SchemaNode, from written: Written, at pointer: String) -> Bool {
    guard reader.minLength != nil || reader.maxLength != nil || reader.pattern != nil else { return true }
    var follows = atLeast(
      reader.minLength, written.nodes.compactMap(\.minLength), .minLengthAdded, .minLengthIncreased, at: pointer,
      "characters")
    follows =
      atMost(
        reader.maxLength, written.nodes.compactMap(\.maxLength), .maxLengthAdded, .maxLengthDecreased, at: pointer,
        "characters") && follows
    if let pattern = reader.pattern {
      let patterns = written.nodes.compactMap(\.pattern?.source)
      if !patterns.contains(pattern.source) {
        follows = fail(
          patterns.isEmpty ? .patternAdded : .patternChanged, at: pointer,
          "texts must match the pattern \(pattern.source) now")
      }
    }
    return follows
  }

  /// Whether a lower limit of a count follows from the writer's.
  mutating func atLeast(
    _ bound: Int?, _ written: [Int], _ added: Incompatibility.Kind, _ increased: Incompatibility.Kind,
    at pointer: String, _ unit: String
  ) -> Bool {
    guard let bound, bound > 0, !written.contains(where: { $0 >= bound }) else { return true }
    return fail(written.isEmpty ? added : increased, at: pointer, "at least \(bound) \(unit) are needed now")
  }

  /// Whether an upper limit of a count follows from the writer's.
  mutating func atMost(
    _ bound: Int?, _ written: [Int], _ added: Incompatibility.Kind, _ decreased: Incompatibility.Kind,
    at pointer: String, _ unit: String
  ) -> Bool {
    guard let bound, bound < .max, !written.contains(where: { $0 <= bound }) else { return true }
    return fail(written.isEmpty ? added : decreased, at: pointer, "at most \(bound) \(unit) are accepted now")
  }
}
