internal import ByteCoding
internal import JSONBytes
internal import Projections
internal import ShopEvents

/// Makes events from rows by a rule.
struct EventBuilder: Sendable {
  /// Times are checked against the clock when an event is published, not when it is made.
  private static let endOfTime = Timestamp(milliseconds: 253_402_300_799_000)

  /// The event of a row, or of a group whose first row it is.
  static func event(
    _ rule: EventRule, row: Row, items: [JSONValue] = [], total: ExactDecimal? = nil
  ) throws(RowRefusal) -> OutgoingEvent {
    var data = JSONObject()
    for field in rule.fields {
      if let value = try field.expression.value(row, field: field.name) { data.set(value, at: field.path) }
    }
    if let attributes = rule.attributes {
      let values = Self.attributes(attributes, row: row)
      if !values.members.isEmpty { data.set(.object(values), at: attributes.path) }
    }
    if let list = rule.items { data.set(.array(items), at: list.path) }
    if let place = rule.total, let total { data.set(Expression.json(total), at: place.path) }

    guard case .string(let time)? = try rule.time.value(row, field: "time") else {
      throw RowRefusal(field: "time", reason: "has no value")
    }
    var event = JSONObject()
    event["specversion"] = .string("1.0")
    event["id"] = .string(try text(rule.id, row, "id"))
    event["source"] = .string(try text(rule.source, row, "source"))
    event["type"] = .string(rule.type)
    event["time"] = .string(time)
    let key = try rule.key.map { template throws(RowRefusal) in try text(template, row, "key") }
    if let key { event["subject"] = .string(key) }
    event["data"] = .object(data)
    do throws(Rejection) {
      let checked = try PublishableEvent(checking: .object(event), now: endOfTime)
      return OutgoingEvent(topic: checked.topic, key: key ?? checked.key, value: checked.value)
    } catch {
      throw RowRefusal(field: nil, reason: "the event would be refused: \(error.message)")
    }
  }

  /// What a row of a group becomes, and its part of the group's total.
  static func item(_ rule: EventRule, row: Row) throws(RowRefusal) -> (item: JSONValue, amount: ExactDecimal?) {
    var item = JSONObject()
    for field in rule.items?.fields ?? [] {
      if let value = try field.expression.value(row, field: field.name) { item.set(value, at: field.path) }
    }
    guard let total = rule.total else { return (.object(item), nil) }
    var product: ExactDecimal?
    for factor in total.factors {
      guard let value = item.value(at: factor.split(separator: ".").map(String.init)) else {
        throw RowRefusal(field: factor, reason: "has no value, and is needed for the total")
      }
      let number = try Expression.number(value, field: factor)
      guard let next = product == nil ? number : product?.multiplied(by: number) else {
        throw RowRefusal(field: factor, reason: "has too many digits")
      }
      product = next
    }
    return (.object(item), product)
  }

  private static func text(_ template: Template, _ row: Row, _ field: String) throws(RowRefusal) -> String {
    guard let text = template.text(row), !text.isEmpty else {
      throw RowRefusal(field: field, reason: "a column that the event's \(field) is made of has no value")
    }
    return text
  }

  /// Columns with one of the prefixes, by the rest of their names. Numbers lose zeros that say nothing (`6.0`).
  private static func attributes(_ rule: EventRule.Attributes, row: Row) -> JSONObject {
    var attributes = JSONObject()
    for (name, value) in row.members {
      guard let prefix = rule.prefixes.first(where: { name.hasPrefix($0) }), name.utf8.count > prefix.utf8.count else {
        continue
      }
      switch value {
      case .null, .object, .string(""): continue
      case .number:
        attributes[String(name.dropFirst(prefix.count))] =
          (try? Expression.number(value, field: name)).map(
            Expression.json) ?? value
      default: attributes[String(name.dropFirst(prefix.count))] = value
      }
    }
    return attributes
  }
}

extension JSONObject {
  /// Sets a member within members, making objects on the way.
  mutating func set(_ value: JSONValue, at path: [String]) {
    guard let name = path.first else { return }
    guard path.count > 1 else {
      self[name] = value
      return
    }
    var inner = JSONObject()
    if case .object(let object)? = self[name] { inner = object }
    inner.set(value, at: Array(path.dropFirst()))
    self[name] = .object(inner)
  }

  /// The member within members.
  func value(at path: [String]) -> JSONValue? {
    var value: JSONValue? = .object(self)
    for name in path {
      guard case .object(let object)? = value else { return nil }
      value = object[name]
    }
    return value
  }
}
