import Foundation
import QueryLanguage
import Testing

@testable import SearchEngine

/// Segments in which lists have many blocks and bitmaps, so that pruning has something to leave out.
@Suite("Large segments agree with a linear scan")
struct LargeSegmentTests {
  private static let documentCount = 9000
  private static let wordCount = 80

  /// Documents by number, their words by number, as the test made them.
  private struct NaiveDocuments {
    var titles: [[Int]] = []
    var bodies: [[Int]] = []
    var brands: [String] = []
    var deleted: Set<Int> = []

    var live: [Int] { titles.indices.filter { !deleted.contains($0) } }

    func has(_ word: Int, _ document: Int) -> Bool {
      titles[document].contains(word) || bodies[document].contains(word)
    }

    /// The scores of the documents that have a word of each group and no excluded one, by BM25F.
    func scores(groups: [[Int]], without: [Int], brand: String?) -> [Int: Double] {
      let live = live
      let count = Double(live.count)
      let fields = [titles, bodies]
      let means = fields.map { field in
        live.reduce(0.0) { $0 + Double(FieldLength.rounded(field[$1].count)) } / max(1, count)
      }
      let rarities = Dictionary(
        uniqueKeysWithValues: Set(groups.flatMap { $0 }).map { word in
          let documents = Double(live.count { has(word, $0) })
          return (word, log(1 + (count - documents + 0.5) / (documents + 0.5)))
        })
      var scores: [Int: Double] = [:]
      for document in live
      where groups.allSatisfy({ $0.contains { has($0, document) } }) && !without.contains(where: { has($0, document) })
        && (brand == nil || brands[document] == brand)
      {
        scores[document] = groups.joined().reduce(0.0) { sum, word in
          let frequency = zip(fields, zip([3.0, 1.0], means)).reduce(0.0) { total, field in
            let words = field.0[document]
            let norm = 0.25 + 0.75 * Double(FieldLength.rounded(words.count)) / field.1.1
            return total + field.1.0 * Double(words.count { $0 == word }) / norm
          }
          return sum + (rarities[word] ?? 0) * frequency * 2.2 / (frequency + 1.2)
        }
      }
      return scores
    }
  }

  /// A word: the lower its number, the more frequent.
  private static func word(_ generator: inout SeededGenerator) -> Int {
    let draw = Double.random(in: 0..<1, using: &generator)
    return Int(pow(Double(wordCount), draw)) - 1
  }

  private static func id(_ document: Int) -> String {
    // Not in the order in which they are made.
    String(format: "D-%05d", document * 7919 % 10_007)
  }

  private static func price(_ document: Int) -> Double { Double(document * 31 % 211) }

  private static func make(
    _ generator: inout SeededGenerator, in folder: TemporaryFolder
  ) throws -> (IndexWriter, NaiveDocuments) {
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    var naive = NaiveDocuments()
    for document in 0..<documentCount + 400 {
      naive.titles.append((0..<Int.random(in: 1...6, using: &generator)).map { _ in word(&generator) })
      // Some are longer than what lengths are exact up to.
      naive.bodies.append(
        (0..<Int.random(in: 0...(document % 50 == 0 ? 90 : 12), using: &generator)).map { _ in word(&generator) })
      naive.brands.append(["Acme", "Bolt", "Cora"].randomElement(using: &generator) ?? "")
      let text = { (words: [Int]) in words.map { "w\($0)" }.joined(separator: " ") }
      writer.put(
        Product(
          id: id(document), title: text(naive.titles[document]), body: text(naive.bodies[document]),
          brand: naive.brands[document], price: price(document)
        ).document)
      if document == documentCount - 1 { _ = try writer.refresh() }
    }
    for _ in 0..<Int.random(in: 0...1, using: &generator) * 500 {
      let document = Int.random(in: 0..<documentCount, using: &generator)
      writer.delete(id: id(document))
      naive.deleted.insert(document)
    }
    return (writer, naive)
  }

  @Test("totals, hits, scores and pages of queries of words", arguments: 0..<4 as Range<UInt64>)
  func words(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let (writer, naive) = try Self.make(&generator, in: folder)
    var snapshot = try writer.refresh()
    if Bool.random(using: &generator) {
      let manifest = try writer.checkpoint()
      snapshot = try IndexWriter.restore(
        directory: folder.path, definition: TestField.definition, manifest: manifest
      ).refresh()
    }
    let list = snapshot.views[0].segment.list(
      ofTerm: try #require(snapshot.views[0].segment.terms.index(of: Array("w0".utf8))))
    #expect(list.blockCount > 16 && list.bitmap != nil)
    for _ in 0..<40 {
      let groups = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        (0..<[1, 1, 2, 3].randomElement(using: &generator)!).map { _ in Self.word(&generator) }
      }
      let without = Int.random(in: 0..<4, using: &generator) == 0 ? [Self.word(&generator)] : []
      let brand = Int.random(in: 0..<3, using: &generator) == 0 ? "Bolt" : nil
      var text = groups.map { $0.map { "w\($0)" }.joined(separator: " OR ") }.joined(separator: " ")
      text += without.map { " -w\($0)" }.joined()
      var asked = request(text)
      if Int.random(in: 0..<3, using: &generator) == 0 {
        asked.boosts = [
          ScoreBoost(
            field: "price", shape: .saturation(pivot: 50),
            weight: [-0.7, 0.5, 3].randomElement(using: &generator) ?? 1)
        ]
      }
      if let brand { asked.filter = .comparison("brand", .equal, .string(brand)) }
      asked.size = [1, 10, 37].randomElement(using: &generator) ?? 10
      var scores = naive.scores(groups: groups, without: without, brand: brand)
      if let boost = asked.boosts.first {
        for document in scores.keys {
          scores[document]? *= 1 + boost.weight * Self.price(document) / (Self.price(document) + 50)
        }
      }
      guard !scores.isEmpty else { continue }
      let expected = scores.sorted { left, right in
        // What differs by rounding alone is taken for equal.
        abs(left.value - right.value) > 1e-9 ? left.value > right.value : Self.id(left.key) < Self.id(right.key)
      }
      var found: [SearchResponse.Hit] = []
      for _ in 0..<3 {
        let page = try snapshot.search(asked)
        #expect(page.total == scores.count, "seed \(seed): \(text)")
        found += page.hits
        asked.cursor = page.nextCursor
        if page.nextCursor == nil { break }
      }
      #expect(found.map(\.id) == expected.prefix(found.count).map { Self.id($0.key) }, "seed \(seed): \(text)")
      #expect(found.count == min(expected.count, 3 * asked.size), "seed \(seed): \(text)")
      for (hit, expected) in zip(found, expected) { #expect(abs(hit.score - expected.value) < 1e-9) }
    }
  }

  @Test("bounds bound, whatever the statistics have become", arguments: 0..<3 as Range<UInt64>)
  func bounds(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let (writer, _) = try Self.make(&generator, in: folder)
    // Long documents shift the mean lengths away from those that the first segment was made with.
    for document in 0..<200 {
      writer.put(
        Product(id: "L-\(document)", title: "w1 w2 w3 w4 w5 w6 w7 w8 w9", body: String(repeating: "w5 ", count: 200))
          .document)
    }
    // Weights may be others when an index is opened again.
    let manifest = try writer.checkpoint()
    var definition = TestField.definition
    definition.fields[TestField.title].weight = 2
    definition.fields[TestField.body].weight = 4
    let snapshot = try IndexWriter.restore(
      directory: folder.path, definition: definition, manifest: manifest
    ).refresh()
    for (view, excess) in zip(snapshot.views, snapshot.excesses) {
      let scorer = PostingScorer(segment: view.segment, norms: snapshot.statistics.norms)
      for term in 0..<view.segment.terms.count {
        let list = view.segment.list(ofTerm: term)
        guard list.blockCount > 1 else { continue }
        let contributions = ContributionTable(weight: 1.7, scorer: scorer, segment: view.segment)
        var number = 0
        list.forEachPattern { document, pattern in
          let value = contributions.contribution(document: document, pattern: pattern)
          #expect(value == 1.7 * scorer.saturation.of(scorer.frequency(document: document, pattern: pattern)))
          let bound = list.bound(
            ofBlock: number / BitPacking.blockCount, contributions, weight: 1.7, excess: excess)
          #expect(value <= bound)
          number += 1
        }
        #expect(number == list.count)
      }
    }
  }

  @Test("damage to bitmaps is told")
  func damage() throws {
    var generator = SeededGenerator(seed: 1)
    let folder = try TemporaryFolder()
    let (writer, _) = try Self.make(&generator, in: folder)
    let manifest = try writer.checkpoint()
    let file = try #require(try folder.files().first { $0.hasPrefix("segment-") })
    var bytes = try folder.read(file)
    let section = try #require(try SegmentFormat.sections(of: SegmentBytes(bytes), path: file)[.bitmaps])
    #expect(section.count > 0)
    bytes[section.start + section.count / 2] ^= 1
    try folder.write(bytes, as: file)
    #expect(
      throws: IndexError.damagedFile(
        path: folder.path + "/" + file, section: "section bitmaps", reason: "its checksum is wrong")
    ) {
      try IndexWriter.restore(directory: folder.path, definition: TestField.definition, manifest: manifest)
    }
  }
}
