internal import JSONBytes

/// Maps rows one after the other, gathers groups, and counts.
struct RowMapper {
  /// Consecutive rows that make one event.
  private struct Group {
    let key: String
    let rule: Int
    let first: Row
    /// The numbers of the rows that are not refused by themselves.
    var rows: [Int] = []
    var items: [JSONValue] = []
    var total = ExactDecimal.zero
    var isRefused = false
  }

  private let mapping: ImportMapping
  private var group: Group?
  /// Events that were made and not taken yet.
  private(set) var events: [OutgoingEvent] = []
  private(set) var summary = ImportSummary()

  init(mapping: ImportMapping) { self.mapping = mapping }

  /// Hands over the events made so far.
  mutating func takeEvents() -> [OutgoingEvent] {
    defer { events = [] }
    return events
  }

  mutating func take(_ outcome: RowOutcome) {
    summary.rows += 1
    switch outcome {
    case .broken(let row, let reason): summary.refuse(row, field: nil, reason: reason)
    case .row(let row):
      if mapping.skipped?.holds(for: row) == true {
        summary.skipped += 1
      } else if let grouping = mapping.grouping {
        add(row, groupedBy: grouping)
      } else {
        map(row)
      }
    }
  }

  /// Closes what is open at the file's end.
  mutating func finish() { closeGroup() }

  // MARK: Single rows

  private mutating func map(_ row: Row) {
    var fitting = mapping.rules.filter { $0.condition?.holds(for: row) ?? true }
    if mapping.choice == .first { fitting = Array(fitting.prefix(1)) }
    guard !fitting.isEmpty else {
      // A list of events says what each row may make, which may be nothing; cases are to cover every row.
      if mapping.choice == .every {
        summary.skipped += 1
      } else {
        summary.refuse(row.number, field: nil, reason: "none of the mapping's cases fits")
      }
      return
    }
    var made: [(OutgoingEvent, String)] = []
    for rule in fitting {
      do throws(RowRefusal) {
        made.append((try EventBuilder.event(rule, row: row), rule.type))
      } catch {
        summary.refuse(row.number, field: error.field, reason: error.message)
        return
      }
    }
    summary.mapped += 1
    for (event, type) in made { keep(event, type: type) }
  }

  private mutating func keep(_ event: OutgoingEvent, type: String) {
    events.append(event)
    summary.events += 1
    summary.eventsByType[type, default: 0] += 1
  }

  // MARK: Groups

  private mutating func add(_ row: Row, groupedBy grouping: ColumnPath) {
    guard let key = row.value(grouping)?.plainText else {
      summary.refuse(row.number, field: grouping.name, reason: "\(grouping.name): has no value to group by")
      return
    }
    guard let rule = mapping.rules.firstIndex(where: { $0.condition?.holds(for: row) ?? true }) else {
      summary.refuse(row.number, field: nil, reason: "none of the mapping's cases fits")
      return
    }
    if group?.key != key || group?.rule != rule {
      closeGroup()
      group = Group(key: key, rule: rule, first: row)
    }
    do throws(RowRefusal) {
      let (item, amount) = try EventBuilder.item(mapping.rules[rule], row: row)
      if mapping.rules[rule].items != nil { group?.items.append(item) }
      if let amount {
        guard let total = group?.total.adding(amount) else {
          throw RowRefusal(field: "total", reason: "has too many digits")
        }
        group?.total = total
      }
      group?.rows.append(row.number)
    } catch {
      // The row itself is counted here, the rest of its group when that ends.
      summary.refuse(row.number, field: error.field, reason: error.message)
      group?.isRefused = true
    }
  }

  private mutating func closeGroup() {
    guard let group else { return }
    self.group = nil
    let rule = mapping.rules[group.rule]
    if group.isRefused {
      // An event without one of its rows would tell a wrong total.
      refuse(group, field: mapping.grouping?.name, reason: "another row of \(group.key) can't be mapped")
      return
    }
    do throws(RowRefusal) {
      let event = try EventBuilder.event(
        rule, row: group.first, items: group.items, total: rule.total == nil ? nil : group.total)
      summary.mapped += group.rows.count
      keep(event, type: rule.type)
    } catch {
      refuse(group, field: error.field, reason: error.message)
    }
  }

  private mutating func refuse(_ group: Group, field: String?, reason: String) {
    for row in group.rows { summary.refuse(row, field: field, reason: reason) }
  }
}
