import Foundation
import QueryLanguage
import SearchEngine
import Testing

@Suite("Whole queries agree with a naive reading of them")
struct QueryOracleTests {
  private static let filters: [Filter] = [
    .all, .all, .comparison("brand", .equal, .string("Acme")), .exists(field: "price"),
    .not(.comparison("price", .less, .number(25, text: "25"))),
  ]

  /// A query of one to four clauses of any kind, some with synonyms.
  private static func query(_ generator: inout SeededGenerator) -> ParsedQuery {
    func word(_ generator: inout SeededGenerator) -> String {
      OracleTests.words.randomElement(using: &generator) ?? ""
    }
    func misspelt(_ word: String, _ generator: inout SeededGenerator) -> String {
      var letters = Array(word)
      guard letters.count > 2 else { return word }
      letters.swapAt(1, 2)
      if Bool.random(using: &generator) { letters.removeLast() }
      return String(letters)
    }
    let pieces = (0..<([1, 2, 3, 4, 8].randomElement(using: &generator) ?? 1)).map { _ in
      switch Int.random(in: 0..<13, using: &generator) {
      case 0: "\"\(word(&generator)) \(word(&generator))\""
      case 1: "-\(word(&generator))"
      case 2: "title:\(word(&generator))"
      case 3: "body:\"\(word(&generator)) \(word(&generator))\""
      case 4: (["ket", "wir", "m", "la", "غل", "kettles", "pro", "zz"].randomElement(using: &generator) ?? "") + "*"
      case 5: "\(word(&generator)) OR \(word(&generator))"
      case 6: "zzzz"
      case 7: "\"\(word(&generator)) \(word(&generator))\"~\(Int.random(in: 1...4, using: &generator))"
      case 8:
        "\"\(word(&generator)) \(word(&generator)) \(word(&generator))\"~\(Int.random(in: 1...6, using: &generator))"
      case 9:
        ["k*tle", "k*tles", "?ire*ss", "w?reless", "*o*e", "m*", "*ر*", "الم*", "z*z"].randomElement(using: &generator)
          ?? ""
      case 10: "\(misspelt(word(&generator), &generator))~\(Int.random(in: 0...2, using: &generator))"
      default: word(&generator)
      }
    }
    var query = QueryParser.parse(pieces.joined(separator: " "), fields: ["title", "body"])
    for group in query.groups.indices where Int.random(in: 0..<4, using: &generator) == 0 {
      query.groups[group][0].synonyms = [word(&generator), word(&generator)]
    }
    return query
  }

  private static let boosts: [[ScoreBoost]] = [
    [], [],
    [
      ScoreBoost(field: "price", shape: .saturation(pivot: 20), weight: 2),
      ScoreBoost(field: "stock", shape: .atLeast(1), weight: -0.5),
    ],
    [ScoreBoost(field: "stock", shape: .linear(origin: 3, scale: 2), weight: 1)],
    [
      ScoreBoost(field: "price", shape: .gaussian(origin: 30, scale: 10), weight: -0.9),
      ScoreBoost(field: "price", shape: .exponential(origin: 5, scale: 10), weight: 4),
    ],
  ]

  private static func factor(_ product: Product, _ boosts: [ScoreBoost]) -> Double {
    boosts.reduce(1.0) { factor, boost in
      guard let number = boost.field == "price" ? product.price : product.stock else { return factor }
      let share =
        switch boost.shape {
        case .saturation(let pivot): number > 0 ? number / (number + pivot) : 0
        case .gaussian(let origin, let scale): pow(0.5, pow((number - origin) / scale, 2))
        case .exponential(let origin, let scale): pow(0.5, abs(number - origin) / scale)
        case .linear(let origin, let scale): max(0, 1 - abs(number - origin) / scale / 2)
        case .atLeast(let least): number >= least ? 1.0 : 0
        }
      return factor * (1 + boost.weight * share)
    }
  }

  @Test("hits, dropped words, scores and ranks", arguments: 0..<12 as Range<UInt64>)
  func queries(seed: UInt64) throws {
    try OracleTests.run(seed: seed, steps: 40) { snapshot, naive, generator in
      let naiveQuery = NaiveQuery(naive)
      for _ in 0..<4 {
        var asked = SearchRequest()
        asked.query = Self.query(&generator)
        asked.filter = Self.filters.randomElement(using: &generator) ?? .all
        asked.correctsTypos = false
        asked.size = 1000
        asked.minimumMatch =
          [nil, nil, .groups(1), .groups(2), .groups(-1), .percent(50)].randomElement(using: &generator) ?? nil
        asked.boosts = Self.boosts.randomElement(using: &generator) ?? []
        let answer = try snapshot.search(asked)
        let expected = naiveQuery.answer(asked.query, minimum: asked.minimumMatch) { id in
          naive.products[id].map { NaiveIndex.fulfils($0, asked.filter) } ?? false
        }
        let place: Comment = "seed \(seed): \(asked.query.text), \(asked.filter)"
        #expect(answer.droppedWords == expected.dropped, place)
        #expect(answer.leastMatched == expected.least, place)
        #expect(answer.total == expected.hits.count, place)
        #expect(Set(answer.ids) == Set(expected.hits.keys), place)
        for hit in answer.hits {
          let factor = naive.products[hit.id].map { Self.factor($0, asked.boosts) } ?? 1
          let base = asked.query.groups.isEmpty && !asked.boosts.isEmpty ? 1 : expected.hits[hit.id]?.score ?? -1
          #expect(abs(hit.score - base * factor) < 1e-9, place)
        }
        guard !asked.query.groups.isEmpty else { continue }
        // Where words were dropped, hits with more of them come first.
        let isByGroups = !answer.droppedWords.isEmpty && answer.leastMatched == nil
        let groups = answer.hits.map { !isByGroups ? 0 : expected.hits[$0.id]?.groups ?? 0 }
        for (index, (left, right)) in zip(answer.hits, answer.hits.dropFirst()).enumerated() {
          #expect(
            groups[index] > groups[index + 1]
              || groups[index] == groups[index + 1] && (left.score, right.id) > (right.score, left.id), place)
        }
      }
    }
  }

  @Test("hits collapsed by a field are each value's best, on every page", arguments: 0..<8 as Range<UInt64>)
  func collapsing(seed: UInt64) throws {
    try OracleTests.run(seed: seed, steps: 30) { snapshot, naive, generator in
      var asked = SearchRequest()
      asked.collapse = "brand"
      asked.sort = try SortParser.parse("price:desc")
      asked.size = Int.random(in: 1...4, using: &generator)
      var ids: [String] = []
      repeat {
        let page = try snapshot.search(asked)
        #expect(page.total == naive.products.count, "seed \(seed)")
        ids += page.ids
        asked.cursor = page.nextCursor
        #expect(page.groups == Self.collapsed(naive).count, "seed \(seed)")
      } while asked.cursor != nil
      #expect(ids == Self.collapsed(naive), "seed \(seed)")
    }
  }

  /// The ids of the dearest product of each brand and of all without brand, the dearest first, those without price last.
  private static func collapsed(_ naive: NaiveIndex) -> [String] {
    let sorted = naive.products.values.sorted { left, right in
      switch (left.price, right.price) {
      case (let left?, let right?) where left != right: left > right
      case (nil, _?): false
      case (_?, nil): true
      default: left.id < right.id
      }
    }
    var brands: Set<String> = []
    return sorted.filter { $0.brand.map { brands.insert($0).inserted } ?? true }.map(\.id)
  }

  @Test("pages miss and repeat no product that stays, while others come and go", arguments: 0..<8 as Range<UInt64>)
  func pagingThroughChanges(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    let steady = (0..<30).map { Product(id: "S-\($0)", title: "kettle", price: Double($0 % 7)) }
    for product in steady { writer.put(product.document) }
    var asked = SearchRequest()
    asked.sort = try SortParser.parse("price:desc")
    asked.size = 4
    var ids: [String] = []
    repeat {
      for _ in 0..<3 {
        let id = "C-\(Int.random(in: 0..<9, using: &generator))"
        if Bool.random(using: &generator) {
          writer.put(Product(id: id, title: "lamp", price: Double(Int.random(in: 0..<7, using: &generator))).document)
        } else {
          writer.delete(id: id)
        }
      }
      let page = try writer.refresh().search(asked)
      ids += page.ids
      asked.cursor = page.nextCursor
    } while asked.cursor != nil
    let seen = ids.filter { $0.hasPrefix("S-") }
    #expect(seen.count == steady.count, "seed \(seed)")
    #expect(Set(seen) == Set(steady.map(\.id)), "seed \(seed)")
  }
}
