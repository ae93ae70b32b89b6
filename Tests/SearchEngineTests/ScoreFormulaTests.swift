import Foundation
import QueryLanguage
import Testing

@testable import SearchEngine

@Suite("Scores follow the definition")
struct ScoreFormulaTests {
  @Test("saturation and normalization are those of the index and its fields", arguments: 0..<6 as Range<UInt64>)
  func formula(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var definition = TestField.definition
    definition.saturation = Double.random(in: 0.5...6, using: &generator)
    definition.fields[TestField.title].normalization = Double.random(in: 0...0.9, using: &generator)
    definition.fields[TestField.body].normalization = 0
    let words = ["kettle", "lamp", "desk", "mug"]
    let texts = (0..<60).map { _ in
      (0..<2).map { _ in
        (0..<Int.random(in: 1...6, using: &generator)).map { _ in words.randomElement(using: &generator)! }
      }
    }
    let share = [0, 0.1, 2].randomElement(using: &generator)!
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: definition)
    for (number, text) in texts.enumerated() {
      writer.put(
        Product(id: "\(number)", title: text[0].joined(separator: " "), body: text[1].joined(separator: " ")).document)
      if number % 20 == 0 { _ = try writer.refresh() }
    }
    var asked = request("kettle lamp")
    asked.size = 100
    asked.pairWeight = share
    asked.explains = true
    let answer = try writer.refresh().search(asked)
    let fields = [TestField.title, TestField.body]
    let means = (0..<2).map { field in texts.reduce(0.0) { $0 + Double($1[field].count) } / Double(texts.count) }
    func follows(_ words: [String]) -> Int { zip(words, words.dropFirst()).count { $0 == ("kettle", "lamp") } }
    func score(_ text: [[String]]) -> Double? {
      var pairFrequency = 0.0
      var rarities = 0.0
      let parts = ["kettle", "lamp"].map { word -> Double in
        let documents = Double(texts.count { $0.joined().contains(word) })
        let frequency = (0..<2).reduce(0.0) { sum, field in
          let definition = definition.fields[fields[field]]
          let norm =
            1 - definition.normalization + definition.normalization * Double(text[field].count) / means[field]
          if word == "lamp" { pairFrequency += definition.weight * Double(follows(text[field])) / norm }
          return sum + definition.weight * Double(text[field].count { $0 == word }) / norm
        }
        let k1 = definition.saturation
        let rarity = log(1 + (Double(texts.count) - documents + 0.5) / (documents + 0.5))
        rarities += rarity
        return rarity * frequency * (k1 + 1) / (frequency + k1)
      }
      let pair = rarities * pairFrequency * (definition.saturation + 1) / (pairFrequency + definition.saturation)
      return parts.contains(0) ? nil : parts.reduce(0, +) + share * pair
    }
    let expected = texts.map(score)
    #expect(answer.total == expected.count { $0 != nil }, "seed \(seed)")
    for hit in answer.hits {
      let value = try #require(Int(hit.id).flatMap { expected[$0] }, "seed \(seed)")
      #expect(abs(hit.score - value) < 1e-9, "seed \(seed): \(hit.id)")
      #expect(abs(hit.explanation.reduce(0) { $0 + $1.contribution } - hit.score) < 1e-9, "seed \(seed): \(hit.id)")
    }
    for (left, right) in zip(answer.hits, answer.hits.dropFirst()) {
      #expect((left.score, right.id) > (right.score, left.id), "seed \(seed)")
    }
    // The same, whichever way hits are put in order, and page by page.
    var others = [asked, asked, asked]
    others[0].sort = [SortKey(field: SortKey.score, isDescending: true), SortKey(field: "price", isDescending: false)]
    others[1].query = QueryParser.parse("kettle lamp -unknown", fields: [])
    others[2].minimumMatch = .groups(2)
    for other in others {
      let scores = try writer.refresh().search(other).hits.map { ($0.id, $0.score) }
      #expect(scores.count == answer.hits.count, "seed \(seed)")
      for (id, score) in scores {
        let same = try #require(answer.hits.first { $0.id == id })
        #expect(abs(same.score - score) < 1e-9, "seed \(seed): \(id)")
      }
    }
    asked.size = 3
    var paged: [String] = []
    repeat {
      let page = try writer.refresh().search(asked)
      paged += page.ids
      asked.cursor = page.nextCursor
    } while asked.cursor != nil
    #expect(paged == answer.ids, "seed \(seed)")
  }

  @Test("a definition that can't be scored by is refused", arguments: [-0.1, 1, 1.5, .nan])
  func refused(normalization: Double) {
    var definition = TestField.definition
    definition.fields[TestField.title].normalization = normalization
    #expect(throws: IndexError.self) { try definition.validate() }
    definition = TestField.definition
    definition.saturation = -normalization.magnitude
    #expect(throws: IndexError.self) { try definition.validate() }
  }
}
