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
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: definition)
    for (number, text) in texts.enumerated() {
      writer.put(
        Product(id: "\(number)", title: text[0].joined(separator: " "), body: text[1].joined(separator: " ")).document)
      if number % 20 == 0 { _ = try writer.refresh() }
    }
    var asked = request("kettle lamp")
    asked.size = 100
    let answer = try writer.refresh().search(asked)
    let fields = [TestField.title, TestField.body]
    let means = (0..<2).map { field in texts.reduce(0.0) { $0 + Double($1[field].count) } / Double(texts.count) }
    func score(_ text: [[String]]) -> Double? {
      let parts = ["kettle", "lamp"].map { word -> Double in
        let documents = Double(texts.count { $0.joined().contains(word) })
        let frequency = (0..<2).reduce(0.0) { sum, field in
          let definition = definition.fields[fields[field]]
          let norm =
            1 - definition.normalization + definition.normalization * Double(text[field].count) / means[field]
          return sum + definition.weight * Double(text[field].count { $0 == word }) / norm
        }
        let k1 = definition.saturation
        return log(1 + (Double(texts.count) - documents + 0.5) / (documents + 0.5)) * frequency * (k1 + 1)
          / (frequency + k1)
      }
      return parts.contains(0) ? nil : parts.reduce(0, +)
    }
    let expected = texts.map(score)
    #expect(answer.total == expected.count { $0 != nil }, "seed \(seed)")
    for hit in answer.hits {
      let value = try #require(try Int(hit.id).flatMap { expected[$0] }, "seed \(seed)")
      #expect(abs(hit.score - value) < 1e-9, "seed \(seed): \(hit.id)")
    }
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
