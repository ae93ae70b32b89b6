internal import JSONBytes
internal import ShopEvents

/// Reading a mapping from YAML.
extension ImportMapping {
  private static let ruleNames: Set<String> = ["event", "fields", "attributes", "items", "total"]
  private static let fileNames: Set<String> = ["format", "separator", "skip", "group_by", "cases", "events"]

  /// The members of a rule by name; those of a case stand over those of the mapping.
  private typealias Settings = [String: YAMLValue]

  mutating func decode(_ text: String) throws(WriteSideError) {
    let document = try YAMLValue(document: text, file: file)
    var common: Settings = [:]
    var lists: [(choice: Choice, value: YAMLValue)] = []
    for (name, value) in try document.members(Self.ruleNames.union(Self.fileNames)) {
      switch name {
      case "format":
        guard let format = Format(rawValue: try value.text()) else {
          throw value.failure("must be one of \(Format.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.format = format
      case "separator":
        let bytes = Array(try value.text().utf8)
        guard bytes.count == 1, bytes[0] != UInt8(ascii: "\""), bytes[0] < 0x80, bytes[0] != 0x0a, bytes[0] != 0x0d
        else { throw value.failure("must be one ASCII character other than a quote or the end of a line") }
        separator = bytes[0]
      case "skip": skipped = try Self.condition(value)
      case "group_by": grouping = ColumnPath(try value.text())
      case "cases": lists.append((.first, value))
      case "events": lists.append((.every, value))
      default: common[name] = value
      }
    }
    guard lists.count <= 1 else { throw document.failure("has both cases and events; one of them is enough") }
    if let (choice, list) = lists.first {
      self.choice = choice
      if choice == .every, grouping != nil {
        throw list.failure("can't be combined with group_by; use cases")
      }
      for element in list.elements() {
        var settings: Settings = [:]
        for (name, value) in try element.members(Self.ruleNames.union(["when"])) { settings[name] = value }
        rules.append(try rule(settings, over: common, at: element))
      }
    } else {
      rules = [try rule([:], over: common, at: document)]
    }
    guard !rules.isEmpty else { throw document.failure("makes no events") }
  }

  // MARK: Rules

  private func rule(_ own: Settings, over common: Settings, at place: YAMLValue) throws(WriteSideError) -> EventRule {
    var envelope: Settings = [:]
    for event in [common["event"], own["event"]].compactMap(\.self) {
      for (name, value) in try event.members(["topic", "type", "source", "id", "key", "time"]) {
        envelope[name] = value
      }
    }
    func required(_ name: String) throws(WriteSideError) -> YAMLValue {
      guard let value = envelope[name] else {
        throw (own["event"] ?? common["event"] ?? place).failure("event.\(name) is required")
      }
      return value
    }
    let type = try required("type")
    guard let topic = EventTypes.topic(ofType: try type.text()) else {
      throw type.failure("is not a type of event that Xopix knows")
    }
    if let stated = envelope["topic"], try stated.text() != topic {
      throw stated.failure("events of type \(try type.text()) belong to the topic \(topic)")
    }
    var rule = EventRule(
      condition: try own["when"].map { value throws(WriteSideError) in try Self.condition(value) }, topic: topic,
      type: try type.text(), source: try required("source").template(), id: try required("id").template(),
      key: try envelope["key"].map { value throws(WriteSideError) in try value.template() },
      time: try Self.time(try required("time")))
    rule.fields = try Self.fields([common["fields"], own["fields"]].compactMap(\.self))
    rule.attributes = try Self.attributes(own["attributes"] ?? common["attributes"])
    rule.items = try Self.items(own["items"] ?? common["items"])
    rule.total = try Self.total(own["total"] ?? common["total"])
    if grouping == nil, let stray = own["items"] ?? own["total"] ?? common["items"] ?? common["total"] {
      throw stray.failure("needs group_by, which says which rows belong together")
    }
    if let total = rule.total {
      for factor in total.factors where rule.items?.fields.contains(where: { $0.name == factor }) != true {
        throw (own["total"] ?? common["total"] ?? place).failure("\(factor) is not a field of the items")
      }
    }
    return rule
  }

  private static func time(_ value: YAMLValue) throws(WriteSideError) -> Expression {
    var expression: Expression
    if value.isMapping {
      expression = try self.expression(value)
    } else {
      expression = Expression(source: .template(try value.template()))
    }
    if expression.conversions.last != .time { expression.conversions.append(.time) }
    expression.isRequired = expression.fallback == nil
    return expression
  }

  /// The fields in their order; those that stand later replace those of the same name.
  private static func fields(_ lists: [YAMLValue]) throws(WriteSideError) -> [EventRule.Field] {
    var fields: [EventRule.Field] = []
    for list in lists {
      for (name, value) in try list.members() {
        let field = EventRule.Field(path: try path(name, at: value), expression: try expression(value))
        if let place = fields.firstIndex(where: { $0.path == field.path }) {
          fields[place] = field
        } else {
          fields.append(field)
        }
      }
    }
    return fields
  }

  private static func path(_ name: String, at value: YAMLValue) throws(WriteSideError) -> [String] {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else { throw value.failure("\(name) is not a path of names parted by dots") }
    return parts
  }

  private static func attributes(_ value: YAMLValue?) throws(WriteSideError) -> EventRule.Attributes? {
    guard let value else { return nil }
    var prefixes: [String] = []
    var into = ["attributes"]
    for (name, member) in try value.members(["prefix", "into"]) {
      if name == "prefix" { prefixes = try member.texts() } else { into = try path(try member.text(), at: member) }
    }
    guard !prefixes.isEmpty else { throw value.failure("prefix is required") }
    return EventRule.Attributes(prefixes: prefixes, path: into)
  }

  private static func items(_ value: YAMLValue?) throws(WriteSideError) -> EventRule.Items? {
    guard let value else { return nil }
    var fields: [EventRule.Field] = []
    var into = ["items"]
    for (name, member) in try value.members(["fields", "into"]) {
      if name == "fields" { fields = try self.fields([member]) } else { into = try path(try member.text(), at: member) }
    }
    guard !fields.isEmpty else { throw value.failure("fields are required") }
    return EventRule.Items(path: into, fields: fields)
  }

  private static func total(_ value: YAMLValue?) throws(WriteSideError) -> EventRule.Total? {
    guard let value else { return nil }
    var factors: [String] = []
    var into = ["total"]
    for (name, member) in try value.members(["product", "into"]) {
      if name == "product" { factors = try member.texts() } else { into = try path(try member.text(), at: member) }
    }
    guard !factors.isEmpty else { throw value.failure("product is required: the fields of an item to multiply") }
    return EventRule.Total(path: into, factors: factors)
  }

  // MARK: Expressions

  private static let expressionNames: Set<String> = [
    "from", "value", "template", "split", "remove_prefix", "remove_suffix", "replace", "scale", "absolute", "type",
    "format", "default", "required",
  ]

  static func expression(_ value: YAMLValue) throws(WriteSideError) -> Expression {
    let members = try value.members(expressionNames)
    var sources: [Expression.Source] = []
    for (name, member) in members {
      switch name {
      case "from":
        let paths = try member.texts().map(ColumnPath.init)
        guard !paths.isEmpty else { throw member.failure("must name a column") }
        sources.append(.columns(paths))
      case "value": sources.append(.constant(try member.constant()))
      case "template": sources.append(.template(try member.template()))
      default: break
      }
    }
    guard sources.count == 1 else { throw value.failure("must have exactly one of from, value and template") }
    var expression = Expression(source: sources[0])
    for (name, member) in members {
      switch name {
      case "split":
        let separator = try member.text()
        guard !separator.isEmpty else { throw member.failure("must not be empty") }
        expression.split = separator
      case "remove_prefix": expression.removedPrefix = try member.text()
      case "remove_suffix": expression.removedSuffix = try member.text()
      case "replace":
        for (name, replacement) in try member.members() { expression.replacements[name] = try replacement.constant() }
      case "scale": expression.scale = try member.decimal()
      case "absolute": expression.isAbsolute = try member.flag()
      case "type":
        for element in member.elements() {
          guard let conversion = Expression.Conversion(rawValue: try element.text()) else {
            let names = Expression.Conversion.allCases.map(\.rawValue).joined(separator: ", ")
            throw element.failure("must be one of \(names)")
          }
          expression.conversions.append(conversion)
        }
      case "format":
        guard let format = TimeFormat(pattern: try member.text()) else {
          throw member.failure("must be rfc3339, unix, unix_ms or a pattern of yyyy, MM, dd, HH, mm and ss")
        }
        expression.timeFormat = format
        if !members.contains(where: { $0.name == "type" }) { expression.conversions = [.time] }
      case "default": expression.fallback = try member.constant()
      case "required": expression.isRequired = try member.flag()
      default: break
      }
    }
    return expression
  }

  // MARK: Conditions

  private static func condition(_ value: YAMLValue) throws(WriteSideError) -> Condition {
    if !value.isMapping { return .all(try conditions(value)) }
    var column: ColumnPath?
    var parts: [Condition] = []
    let members = try value.members([
      "any", "all", "not", "field", "equals", "in", "starts_with", "less_than", "greater_than", "present",
    ])
    for (name, member) in members where name == "field" { column = ColumnPath(try member.text()) }
    func test(_ test: Condition.Test) throws(WriteSideError) -> Condition {
      guard let column else { throw value.failure("field is required: the column to look at") }
      return .test(column, test)
    }
    for (name, member) in members {
      switch name {
      case "any": parts.append(.any(try conditions(member)))
      case "all": parts.append(.all(try conditions(member)))
      case "not": parts.append(.not(try condition(member)))
      case "equals": parts.append(try test(.isOneOf([try member.text()])))
      case "in": parts.append(try test(.isOneOf(Set(try member.texts()))))
      case "starts_with": parts.append(try test(.startsWith(try member.text())))
      case "less_than": parts.append(try test(.lessThan(try member.decimal())))
      case "greater_than": parts.append(try test(.greaterThan(try member.decimal())))
      case "present":
        let isPresent = try test(.isPresent)
        parts.append(try member.flag() ? isPresent : .not(isPresent))
      default: break
      }
    }
    guard !parts.isEmpty else { throw value.failure("must have a test, e.g. equals or less_than") }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private static func conditions(_ value: YAMLValue) throws(WriteSideError) -> [Condition] {
    var conditions: [Condition] = []
    for element in value.elements() {
      guard element.isMapping else { throw element.failure("must be a mapping with a field and a test") }
      conditions.append(try condition(element))
    }
    return conditions
  }
}
