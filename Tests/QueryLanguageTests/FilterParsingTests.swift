import QueryLanguage
import Testing

@Suite("Filters")
struct FilterParsingTests {
  static let one = Filter.Value.number(1, text: "1")
  static let a = Filter.comparison("a", .equal, one)
  static let b = Filter.comparison("b", .equal, one)
  static let c = Filter.comparison("c", .equal, one)

  @Test(
    "each production of the grammar is read",
    arguments: [
      ("", .all), (" \t\n", .all), ("a=1", a), (" a = 1 ", a),
      ("a != 1", .comparison("a", .notEqual, one)), ("a<1", .comparison("a", .less, one)),
      ("a<=1", .comparison("a", .lessOrEqual, one)), ("a>1", .comparison("a", .greater, one)),
      ("a >= 1", .comparison("a", .greaterOrEqual, one)),
      ("a 1 TO 2", .range("a", one, .number(2, text: "2"))),
      ("a b TO \"c d\"", .range("a", .string("b"), .string("c d"))),
      ("a IN [1]", .set("a", [one])), ("a IN [1,x , 'y z']", .set("a", [one, .string("x"), .string("y z")])),
      ("a NOT IN [1]", .not(.set("a", [one]))), ("EXISTS a", .exists(field: "a")),
      ("NOT EXISTS a", .not(.exists(field: "a"))),
      ("NOT a=1", .not(a)), ("NOT NOT a=1", .not(.not(a))), ("(a=1)", a), ("((a=1))", a),
      ("a=1 AND b=1", .and([a, b])), ("a=1 AND b=1 AND c=1", .and([a, b, c])), ("a=1 OR b=1", .or([a, b])),
      ("a=1 OR b=1 AND c=1", .or([a, .and([b, c])])), ("a=1 AND b=1 OR c=1", .or([.and([a, b]), c])),
      ("(a=1 OR b=1) AND c=1", .and([.or([a, b]), c])), ("NOT a=1 AND b=1", .and([.not(a), b])),
      ("NOT (a=1 AND b=1)", .not(.and([a, b]))), ("(a=1 AND b=1) AND c=1", .and([.and([a, b]), c])),
    ] as [(String, Filter)])
  func productions(text: String, filter: Filter) throws {
    #expect(try FilterParser.parse(text) == filter)
    #expect(try FilterParser.parse(filter.description) == filter)
  }

  @Test("keywords are read in any case, and no longer word is one")
  func keywords() throws {
    #expect(
      try FilterParser.parse("not (a=1 And b iN [1] oR exists c)")
        == FilterParser.parse("NOT (a=1 AND b IN [1] OR EXISTS c)"))
    #expect(try FilterParser.parse("a x to y") == .range("a", .string("x"), .string("y")))
    #expect(try FilterParser.parse("android=1 AND order=1").fields == ["android", "order"])
    #expect(try FilterParser.parse("notes=1 OR tone=1 OR inches=1 OR existsx=1").fields.count == 4)
  }

  @Test(
    "values are numbers, booleans or texts, and keep how they were written",
    arguments: [
      ("1", .number(1, text: "1")), ("-2.50", .number(-2.5, text: "-2.50")), ("+3", .number(3, text: "+3")),
      ("1e3", .number(1000, text: "1e3")), (".5", .number(0.5, text: ".5")), ("007", .number(7, text: "007")),
      ("1e999", .string("1e999")), ("nan", .string("nan")), ("inf", .string("inf")), ("0x10", .string("0x10")),
      ("1-2", .string("1-2")), ("1.2.3", .string("1.2.3")), ("e", .string("e")), ("-", .string("-")), ("", nil),
      ("١٢", .string("١٢")), ("true", .boolean(true)), ("False", .boolean(false)), ("\"true\"", .string("true")),
      ("'1'", .string("1")), ("\"\"", .string("")), ("red", .string("red")), ("AND", .string("AND")),
      (#""a\"b\\c\d""#, .string(#"a"b\cd"#)), (#"'it\'s'"#, .string("it's")), ("\"it's\"", .string("it's")),
      ("it's", .string("it's")), ("'\"'", .string("\"")), ("فأرة", .string("فأرة")), ("a:b", .string("a:b")),
      ("2026-11-23T02:41:00Z", .string("2026-11-23T02:41:00Z")), ("🫖", .string("🫖")),
    ] as [(String, Filter.Value?)])
  func values(text: String, value: Filter.Value?) throws {
    guard let value else {
      #expect(throws: SyntaxError.self) { try FilterParser.parse("a = \(text)") }
      return
    }
    #expect(try FilterParser.parse("a = \(text)") == .comparison("a", .equal, value))
    #expect(try FilterParser.parse("a = \(value)") == .comparison("a", .equal, value))
    #expect(try FilterParser.parse("a IN [\(text),\(text)]") == .set("a", [value, value]))
  }

  @Test("a filter names the fields that it speaks of, each once")
  func fields() throws {
    let filter = try FilterParser.parse("a=1 AND (NOT b 1 TO 2 OR EXISTS c) AND d IN [e, f] AND a!=g")
    #expect(filter.fields == ["a", "b", "c", "d"])
    #expect(Filter.all.fields.isEmpty)
  }

  /// A filter as the parser gives it.
  static func filter(_ generator: inout SeededGenerator, depth: Int = 4) -> Filter {
    let texts = ["", "x", "a b", "\"", "\\", "'", "é", "قلم", "AND", "]", "🫖", "\n", "1", "\\\"", "true"]
    let numbers = ["0", "-1.50", "1e3", "+7", "00"]
    func value(_ generator: inout SeededGenerator) -> Filter.Value {
      switch Int.random(in: 0...3, using: &generator) {
      case 0: return .boolean(Bool.random(using: &generator))
      case 1:
        let text = generator.pick(numbers)
        return .number(Double(text) ?? 0, text: text)
      default: return .string(generator.text(of: texts, count: 0...4))
      }
    }
    func parts(_ generator: inout SeededGenerator) -> [Filter] {
      (0...Int.random(in: 1...2, using: &generator)).map { _ in filter(&generator, depth: depth - 1) }
    }
    let field = generator.pick(["a", "b.c", "price", "لون", "x'y", "1", "a:b", "ORs", "-"])
    switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
    case 0, 1: return .comparison(field, generator.pick(Filter.Comparison.allCases), value(&generator))
    case 2: return .range(field, value(&generator), value(&generator))
    case 3: return .set(field, (0...Int.random(in: 0...3, using: &generator)).map { _ in value(&generator) })
    case 4: return .exists(field: field)
    case 5: return .and(parts(&generator))
    case 6: return .or(parts(&generator))
    default: return .not(filter(&generator, depth: depth - 1))
    }
  }

  @Test("any filter's text parses to the filter again")
  func roundTripProperty() throws {
    for seed in 0..<3000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let filter = Self.filter(&generator)
      #expect(try FilterParser.parse(filter.description) == filter, "seed \(seed): \(filter)")
    }
  }
}
