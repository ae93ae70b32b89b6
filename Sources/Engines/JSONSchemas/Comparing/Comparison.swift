internal import JSONBytes

/// One comparison: whether a schema, the reader, contains another, the writer.
///
/// A schema is a conjunction of keywords, so the reader contains the writer where each of the reader's keywords follows
/// from the writer's. The writer is held as a list of subschemas that all apply: what `$ref` and `allOf` lead to stands
/// beside them. Alternatives of the writer are looked at one by one where the whole does not do.
struct Comparison {
  /// A subschema of one of the two schemas.
  struct Part: Hashable {
    let schema: Int
    let node: NodeID
  }

  /// A question, as it is remembered while its answer is being looked for.
  struct Question: Hashable {
    var reader: Part
    /// What applies to the values that were written; nothing: any value.
    var writer: [Part]
    /// The kinds of values that are looked at.
    var types: TypeSet = .all
    /// The writer's subschemas of which one alternative was chosen already.
    var chosen: Set<Part> = []
  }

  private let schemas: [JSONSchema]
  private var open: Set<Question> = []
  private var steps = SchemaLimits.comparisonSteps
  /// What trying patterns on members' names may take.
  var patternSteps = SchemaLimits.validationSteps
  private var depth = 0
  private var silence = 0
  private(set) var incompatibilities: [Incompatibility] = []
  private var isExhausted = false

  private struct Writer: Hashable {
    let parts: [Part]
    let types: TypeSet
  }

  private var written: [Writer: Written] = [:]

  init(reader: JSONSchema, writer: JSONSchema) { schemas = [reader, writer] }

  mutating func run() -> [Incompatibility] {
    let question = Question(
      reader: Part(schema: 0, node: JSONSchema.root), writer: [Part(schema: 1, node: JSONSchema.root)])
    if !contains(question, at: ""), incompatibilities.isEmpty || isExhausted {
      incompatibilities.append(
        Incompatibility(pointer: "", type: .tooComplex, message: "the schemas are too complex to be compared"))
    }
    return incompatibilities
  }

  func node(_ part: Part) -> SchemaNode { schemas[part.schema].nodes[part.node] }

  func accepts(_ value: JSONValue, _ part: Part) -> Bool { schemas[part.schema].accepts(value, at: part.node) }

  // MARK: Reporting

  mutating func fail(_ type: Incompatibility.Kind, at pointer: String, _ message: @autoclosure () -> String) -> Bool {
    if silence == 0, incompatibilities.count < SchemaLimits.differences {
      incompatibilities.append(Incompatibility(pointer: pointer, type: type, message: message()))
    }
    return false
  }

  /// The answer to a question, of which no details are wanted.
  mutating func silently(_ question: Question) -> Bool {
    silence += 1
    defer { silence -= 1 }
    return contains(question, at: "")
  }

  mutating func contains(_ reader: Part, in writer: [Part], at pointer: String) -> Bool {
    contains(Question(reader: reader, writer: writer), at: pointer)
  }

  mutating func silently(_ reader: Part, in writer: [Part]) -> Bool {
    silently(Question(reader: reader, writer: writer))
  }

  // MARK: Subschemas

  /// Whether the reader accepts all that the writer's subschemas accept together.
  mutating func contains(_ question: Question, at pointer: String) -> Bool {
    steps -= 1
    depth += 1
    defer { depth -= 1 }
    guard steps > 0, depth <= SchemaLimits.depth else {
      isExhausted = true
      return false
    }
    let reader = node(question.reader)
    if reader.constant == true { return true }
    // A question within its own answer is about a smaller part of the same values: it is true where all else is.
    guard open.insert(question).inserted else { return true }
    defer { open.remove(question) }
    let written = written(by: question)
    if written.isEmpty || isFinite(written, within: question) { return true }
    let choice = written.parts.first { part in
      let node = node(part)
      return max(node.anyOf.count, node.oneOf.count) > 1 && !question.chosen.contains(part)
    }
    guard let choice else { return keywords(of: question, reader, follow: written, at: pointer) }
    silence += 1
    let follows = keywords(of: question, reader, follow: written, at: pointer)
    silence -= 1
    if follows { return true }
    let alternatives = node(choice).anyOf.count > 1 ? node(choice).anyOf : node(choice).oneOf
    for (index, alternative) in alternatives.enumerated() {
      var narrower = question
      narrower.writer.append(Part(schema: choice.schema, node: alternative))
      narrower.chosen.insert(choice)
      guard !silently(narrower) else { continue }
      let isCombined = !reader.anyOf.isEmpty || !reader.oneOf.isEmpty || !reader.allOf.isEmpty
      return fail(
        isCombined ? .combinedTypeSubschemasChanged : .combinedTypeChanged, at: pointer,
        "alternative \(index + 1) of \(alternatives.count) of what is written is not accepted")
    }
    return true
  }

  /// What the question's writer may write. The same writer is asked about many times in turn.
  private mutating func written(by question: Question) -> Written {
    let writer = Writer(parts: question.writer, types: question.types)
    if let known = written[writer] { return known }
    let new = Written(expanding: question.writer, types: question.types, in: self)
    if written.count >= 256 { written.removeAll(keepingCapacity: true) }
    written[writer] = new
    return new
  }

  /// Whether the writer accepts single values only, and the reader every one of them.
  private func isFinite(_ written: Written, within question: Question) -> Bool {
    guard let values = written.values else { return false }
    return values.allSatisfy { accepts($0, question.reader) }
  }

  /// Whether each of the reader's keywords follows from what is written.
  private mutating func keywords(
    of question: Question, _ reader: SchemaNode, follow written: Written, at pointer: String
  ) -> Bool {
    steps -= written.nodes.count / 64
    if reader.constant == false { return fail(.typeNarrowed, at: pointer, "nothing is accepted any more") }
    var follows = typesFollow(reader, from: written, at: pointer)
    if !written.types.isDisjoint(with: .number) {
      follows = numbersFollow(reader, from: written, at: pointer) && follows
    }
    if written.types.contains(.string) { follows = stringsFollow(reader, from: written, at: pointer) && follows }
    if written.types.contains(.array) {
      follows = arraysFollow(question.reader, reader, from: written, at: pointer) && follows
    }
    if written.types.contains(.object) {
      follows = objectsFollow(question, reader, from: written, at: pointer) && follows
    }
    if !follows, silence > 0 { return false }
    return combinationsFollow(question, reader, from: written, at: pointer) && follows
  }

  private mutating func typesFollow(_ reader: SchemaNode, from written: Written, at pointer: String) -> Bool {
    var follows = true
    if let types = reader.types, !types.isSuperset(of: written.types) {
      let change = "\(written.types.text) is written, \(types.text) is read"
      follows = fail(types.isDisjoint(with: written.types) ? .typeChanged : .typeNarrowed, at: pointer, change)
    }
    for enumeration in reader.enumerations {
      guard let values = written.values else {
        follows = fail(.enumArrayChanged, at: pointer, "only listed values are accepted now")
        continue
      }
      let missing = values.filter { !enumeration.keys.contains(CanonicalKey.of($0)) }
      guard !missing.isEmpty else { continue }
      follows = fail(
        missing.count == values.count ? .enumArrayChanged : .enumArrayNarrowed, at: pointer,
        "\(missing.count) of the values that are written are not listed")
    }
    return follows
  }

  // MARK: Combinations

  private mutating func combinationsFollow(
    _ question: Question, _ reader: SchemaNode, from written: Written, at pointer: String
  ) -> Bool {
    var follows = true
    func inner(_ node: NodeID) -> Question {
      var inner = question
      inner.reader = Part(schema: question.reader.schema, node: node)
      return inner
    }
    if let reference = reader.reference { follows = contains(inner(reference), at: pointer) }
    for node in reader.allOf { follows = contains(inner(node), at: pointer) && follows }
    for alternatives in [reader.anyOf, reader.oneOf] where !alternatives.isEmpty {
      if alternatives.count == 1 {
        follows = contains(inner(alternatives[0]), at: pointer) && follows
      } else if !isCovered(question, written, by: alternatives) {
        let isCombined = written.parts.contains { !node($0).anyOf.isEmpty || !node($0).oneOf.isEmpty }
        follows = fail(
          isCombined ? .sumTypeNarrowed : .combinedTypeChanged, at: pointer,
          "none of the \(alternatives.count) alternatives accepts all that is written")
      }
    }
    if let not = reader.not { follows = negationFollows(question, not, written, at: pointer) && follows }
    if let condition = reader.ifNode, reader.thenNode != nil || reader.elseNode != nil {
      let branches = [reader.thenNode, reader.elseNode].map { $0.map { silently(inner($0)) } ?? true }
      if !branches.allSatisfy(\.self), !conditionFollows(question, reader, condition, written) {
        follows = fail(.conditionChanged, at: pointer, "what is accepted under a condition is not what is written")
      }
    }
    if reader.unevaluatedProperties.map({ schemas[question.reader.schema].nodes[$0].constant != true }) ?? false,
      written.types.contains(.object)
    {
      follows = fail(.additionalPropertiesNarrowed, at: pointer, "unevaluatedProperties can't be compared")
    }
    if reader.unevaluatedItems.map({ schemas[question.reader.schema].nodes[$0].constant != true }) ?? false,
      written.types.contains(.array)
    {
      follows = fail(.additionalItemsNarrowed, at: pointer, "unevaluatedItems can't be compared")
    }
    return follows
  }

  /// Whether alternatives accept all that is written: one of them everything, or one for each type.
  private mutating func isCovered(_ question: Question, _ written: Written, by alternatives: [NodeID]) -> Bool {
    func isCovered(_ question: Question, _ comparison: inout Comparison) -> Bool {
      for alternative in alternatives {
        var inner = question
        inner.reader = Part(schema: question.reader.schema, node: alternative)
        if comparison.silently(inner) { return true }
      }
      return false
    }
    if isCovered(question, &self) { return true }
    let single = (0..<7).map { TypeSet(rawValue: 1 << $0) }.filter { written.types.contains($0) }
    guard single.count > 1 else { return false }
    for type in single {
      var narrower = question
      narrower.types = type
      if !isCovered(narrower, &self) { return false }
    }
    return true
  }

  /// Whether nothing that is written is what the reader forbids.
  private mutating func negationFollows(
    _ question: Question, _ not: NodeID, _ written: Written, at pointer: String
  ) -> Bool {
    let forbidden = Part(schema: question.reader.schema, node: not)
    let forbiddenValues = Written(expanding: [forbidden], types: .all, in: self)
    if forbiddenValues.isEmpty || forbiddenValues.types.isDisjoint(with: written.types) { return true }
    for part in written.parts {
      guard let other = node(part).not else { continue }
      if silently(Part(schema: part.schema, node: other), in: [forbidden]) { return true }
    }
    return fail(.notTypeExtended, at: pointer, "more is forbidden than what was never written")
  }

  /// Whether the writer has the same condition, with branches that the reader's contain.
  private mutating func conditionFollows(
    _ question: Question, _ reader: SchemaNode, _ condition: NodeID, _ written: Written
  ) -> Bool {
    let own = Part(schema: question.reader.schema, node: condition)
    for part in written.parts {
      let writer = node(part)
      guard let other = writer.ifNode.map({ Part(schema: part.schema, node: $0) }),
        silently(own, in: [other]), silently(other, in: [own])
      else { continue }
      let branches = [(reader.thenNode, writer.thenNode), (reader.elseNode, writer.elseNode)]
      let follow = branches.allSatisfy { branch, writtenBranch in
        guard let branch else { return true }
        var inner = question
        inner.reader = Part(schema: own.schema, node: branch)
        if let writtenBranch { inner.writer.append(Part(schema: part.schema, node: writtenBranch)) }
        return silently(inner)
      }
      if follow { return true }
    }
    return false
  }
}
