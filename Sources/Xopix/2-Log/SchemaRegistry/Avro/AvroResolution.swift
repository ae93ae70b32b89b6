/// Whether data written by one schema of Avro can be read by another (Avro 1.11 specification, "Schema Resolution").
struct AvroResolution {
  private struct Pair: Hashable {
    let reader: AvroSchema.Node
    let writer: AvroSchema.Node
  }

  private let reader: AvroSchema
  private let writer: AvroSchema
  private var open: Set<Pair> = []
  private var messages: [CompatibilityMessage] = []
  private var steps = 100_000

  /// Why the reader can't read what was written; empty where it can. The types are Avro's own names for the faults.
  static func incompatibilities(reader: AvroSchema, writer: AvroSchema) -> [CompatibilityMessage] {
    var resolution = AvroResolution(reader: reader, writer: writer)
    resolution.compare(reader.root, writer.root, at: "")
    return Array(resolution.messages.prefix(100))
  }

  private init(reader: AvroSchema, writer: AvroSchema) {
    self.reader = reader
    self.writer = writer
  }

  private mutating func fail(_ type: String, at path: String, _ text: String) {
    messages.append(CompatibilityMessage(type: type, path: path.isEmpty ? "/" : path, text: text))
  }

  private mutating func matches(_ own: AvroSchema.Node, _ written: AvroSchema.Node) -> Bool {
    let before = messages.count
    compare(own, written, at: "")
    defer { messages.removeSubrange(before...) }
    return messages.count == before
  }

  private mutating func compare(_ own: AvroSchema.Node, _ written: AvroSchema.Node, at path: String) {
    steps -= 1
    guard steps > 0 else { return fail("TOO_COMPLEX", at: path, "the schemas are too complex to be compared") }
    // A pair within itself is compared already.
    guard open.insert(Pair(reader: own, writer: written)).inserted else { return }
    defer { open.remove(Pair(reader: own, writer: written)) }
    switch (own, written) {
    case (_, .union(let branches)):
      for (index, branch) in branches.enumerated() { compare(own, branch, at: path + "/\(index)") }
    case (.union(let branches), _):
      guard !branches.contains(where: { matches($0, written) }) else { return }
      fail("MISSING_UNION_BRANCH", at: path, "reader union lacking writer type: \(Self.name(written))")
    case (.primitive(let own), .primitive(let written)):
      if own != written, !Self.isPromoted(written, to: own) { mismatch(.primitive(own), .primitive(written), at: path) }
    case (.array(let own), .array(let written)): compare(own, written, at: path + "/items")
    case (.map(let own), .map(let written)): compare(own, written, at: path + "/values")
    case (.named(let ownName), .named(let writtenName)):
      guard let ownType = reader.types[ownName], let writtenType = writer.types[writtenName] else {
        return mismatch(own, written, at: path)
      }
      compare(ownType, writtenType, at: path)
    default: mismatch(own, written, at: path)
    }
  }

  private mutating func mismatch(_ own: AvroSchema.Node, _ written: AvroSchema.Node, at path: String) {
    fail(
      "TYPE_MISMATCH", at: path,
      "reader type: \(Self.name(own)) not compatible with writer type: \(Self.name(written))")
  }

  private mutating func compare(_ own: AvroSchema.NamedType, _ written: AvroSchema.NamedType, at path: String) {
    let isSameName =
      own.shortName == written.shortName || own.aliases.contains(written.name)
      || own.aliases.contains { $0.split(separator: ".").last == written.shortName }
    switch (own.kind, written.kind) {
    case (.record(let ownFields), .record(let writtenFields)):
      if !isSameName { fail("NAME_MISMATCH", at: path + "/name", "expected: \(written.name)") }
      compare(ownFields, writtenFields, at: path)
    case (.enumeration(let symbols, let hasDefault), .enumeration(let writtenSymbols, _)):
      if !isSameName { fail("NAME_MISMATCH", at: path + "/name", "expected: \(written.name)") }
      let missing = writtenSymbols.filter { !symbols.contains($0) }
      if !missing.isEmpty, !hasDefault {
        fail("MISSING_ENUM_SYMBOLS", at: path + "/symbols", "[\(missing.joined(separator: ", "))]")
      }
    case (.fixed(let size), .fixed(let writtenSize)):
      if !isSameName { fail("NAME_MISMATCH", at: path + "/name", "expected: \(written.name)") }
      if size != writtenSize {
        fail("FIXED_SIZE_MISMATCH", at: path + "/size", "expected: \(writtenSize), found: \(size)")
      }
    default: mismatch(.named(own.name), .named(written.name), at: path)
    }
  }

  private mutating func compare(_ own: [AvroSchema.Field], _ written: [AvroSchema.Field], at path: String) {
    let byName = Dictionary(written.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, field) in own.enumerated() {
      let place = path + "/fields/\(index)"
      if let other = byName[field.name] ?? field.aliases.lazy.compactMap({ byName[$0] }).first {
        compare(field.type, other.type, at: place + "/type")
      } else if !field.hasDefault {
        fail("READER_FIELD_MISSING_DEFAULT_VALUE", at: place, field.name)
      }
    }
  }

  private static func isPromoted(_ written: AvroSchema.Primitive, to own: AvroSchema.Primitive) -> Bool {
    switch (written, own) {
    case (.int, .long), (.int, .float), (.int, .double), (.long, .float), (.long, .double), (.float, .double),
      (.string, .bytes), (.bytes, .string):
      true
    default: false
    }
  }

  private static func name(_ node: AvroSchema.Node) -> String {
    switch node {
    case .primitive(let primitive): primitive.rawValue.uppercased()
    case .array: "ARRAY"
    case .map: "MAP"
    case .union: "UNION"
    case .named(let name): name
    }
  }
}
