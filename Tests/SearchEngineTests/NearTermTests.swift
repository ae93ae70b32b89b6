import Foundation
import Testing

@testable import SearchEngine

@Suite("Terms near a word")
struct NearTermTests {
  /// Words of few letters, so that many are near each other.
  private static func word(_ generator: inout SeededGenerator) -> String {
    let letters = Array("abcأبتéжю")
    return String(
      (0..<Int.random(in: 1...10, using: &generator)).map { _ in letters.randomElement(using: &generator) ?? "a" })
  }

  /// All terms, one after the other, by a table of distances.
  private static func naive(near word: [UInt8], edits: Int, in segment: Segment) -> [String] {
    let letters = Array(String(decoding: word, as: UTF8.self).unicodeScalars)
    return (0..<segment.terms.count).compactMap { term in
      EditDistance.between(Array(segment.terms.text(term).unicodeScalars), letters, atMost: edits).map {
        "\(term) \($0)"
      }
    }
  }

  private static func found(near word: [UInt8], edits: Int, in segment: Segment) -> [String] {
    NearTerms.terms(near: word, edits: edits, in: segment).map { "\($0.term) \($0.edits)" }
  }

  @Test("they are those that a scan finds, in each segment", arguments: 0..<4 as Range<UInt64>)
  func oracle(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let folder = try TemporaryFolder()
    let products = (0..<300).map { Product(id: "\($0)", title: "\(Self.word(&generator)) \(Self.word(&generator))") }
    let snapshot = try index([Array(products[..<200]), Array(products[200...])], in: folder)
    for view in snapshot.views {
      for _ in 0..<60 {
        let word = Array(Self.word(&generator).utf8)
        for edits in 0...2 {
          #expect(
            Self.found(near: word, edits: edits, in: view.segment)
              == Self.naive(near: word, edits: edits, in: view.segment),
            "seed \(seed): \(String(decoding: word, as: UTF8.self)) within \(edits)")
        }
      }
    }
  }

  @Test("hostile words have none or are compared as they are")
  func hostile() throws {
    let folder = try TemporaryFolder()
    let snapshot = try index([[Product(id: "1", title: "kettle")]], in: folder)
    let segment = try #require(snapshot.views.first).segment
    #expect(NearTerms.terms(near: [], edits: 2, in: segment).isEmpty)
    #expect(NearTerms.terms(near: Array(repeating: 0x61, count: 1 << 20), edits: 2, in: segment).isEmpty)
    #expect(NearTerms.terms(near: [0xFF, 0xFE], edits: 2, in: segment).isEmpty)
    #expect(NearTerms.terms(near: Array("kettl".utf8) + [0xFF], edits: 1, in: segment).map(\.edits) == [1])
    // The term is `kettl`.
    #expect(NearTerms.terms(near: Array("ketle".utf8), edits: 9, in: segment).map(\.edits) == [2])
    #expect(NearTerms.terms(near: Array("ketl".utf8), edits: -1, in: segment).isEmpty)
  }

  @Test("many threads may ask first, and a segment read from its file goes on with the same")
  func shared() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    var generator = SeededGenerator(seed: 5)
    for number in 0..<200 { writer.put(Product(id: "\(number)", title: Self.word(&generator)).document) }
    let segment = try #require(try writer.refresh().views.first).segment
    let word = Array("abca".utf8)
    let expected = Self.naive(near: word, edits: 2, in: segment)
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let found = Self.found(near: word, edits: 2, in: segment)
      #expect(found == expected)
    }
    _ = try writer.checkpoint()
    let mapped = try #require(try writer.refresh().views.first).segment
    #expect(mapped !== segment && mapped.lookups === segment.lookups)
    #expect(Self.found(near: word, edits: 2, in: mapped) == expected)
  }
}
