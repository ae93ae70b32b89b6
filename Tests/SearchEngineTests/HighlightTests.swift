import QueryLanguage
import SearchEngine
import Testing
import TextAnalysis

@Suite("Highlighting")
struct HighlightTests {
  /// The marked text of a document with this body, found by its title.
  private func html(of body: String, for query: String, typos: Bool = false) throws -> String {
    let folder = try TemporaryFolder()
    var document = IndexDocument(id: "1", stored: Array(body.utf8))
    document.addText("found", field: TestField.title)
    document.addText(body, field: TestField.body)
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.put(document)
    var asked = request("title:found " + query, typos: typos)
    asked.highlight = ["body"]
    asked.highlightSource = { stored, _ in [String(decoding: stored, as: UTF8.self)] }
    return try #require(try writer.refresh().search(asked).hits.first?.highlights.first?.html)
  }

  private static let pieces = [
    "kettle", "Kettles", " ", " ", " ", "<b>", "</mark>", "&", "&amp;", "\"", "'", "غَلّاية", "é", "e\u{301}", "👩‍👩‍👧", "水壶",
    "\n",
    "steel", "-", "\u{0}", "日", "…",
  ]

  @Test("what is not a mark is the source's text, escaped; matches are marked", arguments: 0..<60 as Range<UInt64>)
  func fuzz(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // Some texts are cut, some of those have no space to cut at.
    let count = Int.random(in: 0...1, using: &generator) == 0 ? 20 : 400
    let spaces = Bool.random(using: &generator)
    let body = (0..<count).compactMap { _ in
      let piece = Self.pieces.randomElement(using: &generator)
      return piece == " " && !spaces ? "é" : piece
    }.joined()
    let html = try html(of: body, for: "kettle")
    let marks = html.components(of: "<mark>").count - 1
    #expect(marks == html.components(of: "</mark>").count - 1, "seed \(seed)")
    var text = html.replacing("<mark>", with: "").replacing("</mark>", with: "")
    for character in "<>\"'" { #expect(!text.contains(character), "seed \(seed): \(text)") }
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
      text = text.replacing(entity, with: character)
    }
    #expect(text.utf8.count <= 700, "seed \(seed)")
    let source = Array(body.utf8)
    let shown = Array(text.utf8)
    // Cut texts begin or end with an ellipsis of their own.
    let ellipsis = Array("…".utf8)
    var candidates = [shown]
    if shown.ends(with: ellipsis) { candidates.append(Array(shown.dropLast(3))) }
    for candidate in candidates where candidate.starts(with: ellipsis) {
      candidates.append(Array(candidate.dropFirst(3)))
    }
    #expect(candidates.contains { source.contains(sequence: $0) }, "seed \(seed): \(text)")
    let hasMatch = Analyzer.text.terms(of: body).contains("kettl")
    #expect((marks > 0) == hasMatch, "seed \(seed): \(html)")
  }

  @Test(
    "each kind of clause marks its words",
    arguments: [
      ("kettle", "a <mark>Kettle</mark> of <mark>kettles</mark>"),
      ("\"kettle of kettles\"", "a <mark>Kettle</mark> <mark>of</mark> <mark>kettles</mark>"),
      ("ket*", "a <mark>Kettle</mark> of <mark>kettles</mark>"), ("zzz", "a Kettle of kettles"),
      ("-zzz a", "<mark>a</mark> Kettle of kettles"),
    ])
  func clauses(query: String, html: String) throws {
    #expect(try self.html(of: "a Kettle of kettles", for: query) == html)
  }

  @Test(
    "what is written in another way is marked whole, with its unit or sign",
    arguments: [
      ("500ml", "of 500 ml, 500 g, ml", "of <mark>500 ml</mark>, 500 g, ml"),
      ("17 inch", "a 17\" inch", "a <mark>17&quot;</mark> inch"),
      ("17\"", "17 inch 17in", "<mark>17 inch</mark> <mark>17in</mark>"),
      ("1,5l", "1.5 Litres", "<mark>1.5 Litres</mark>"),
      ("500", "500 ml 500ml", "<mark>500</mark> ml <mark>500ml</mark>"), ("٥٠٠ مل", "500ml", "<mark>500ml</mark>"),
      ("lap top", "laptop, top", "<mark>laptop</mark>, <mark>top</mark>"),
      ("wifi", "wi-fi fi", "<mark>wi-fi</mark> fi"),
      ("laptop", "a top lap top, lap", "a top <mark>lap</mark> <mark>top</mark>, lap"),
      ("iphone", "iPhone12", "<mark>iPhone12</mark>"),
      ("DV71211EA", "dv7-1211ea", "<mark>dv7-1211ea</mark>"), ("dv7 1211 ea", "dv7-1211ea", "<mark>dv7-1211ea</mark>"),
      ("12 in black", "black 12 in", "<mark>black</mark> <mark>12 in</mark>"),
    ])
  func spellings(query: String, body: String, html: String) throws {
    #expect(try self.html(of: body, for: query, typos: true) == html)
  }

  @Test("Arabic words are marked whole, with their marks and articles")
  func arabic() throws {
    #expect(try html(of: "هذه الغَلّاية جديدة", for: "غلاية") == "هذه <mark>الغَلّاية</mark> جديدة")
  }

  @Test("a long text is cut around its first match")
  func window() throws {
    let long = Array(repeating: "filler", count: 200).joined(separator: " ")
    let html = try html(of: long + " kettle " + long, for: "kettle")
    #expect(html.hasPrefix("…filler"))
    #expect(html.hasSuffix("filler…"))
    #expect(html.contains(" <mark>kettle</mark> "))
    #expect(html.utf8.count < 600)
  }
}

extension String {
  fileprivate func components(of separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}

extension [UInt8] {
  fileprivate func ends(with suffix: [UInt8]) -> Bool { Array(self.suffix(suffix.count)) == suffix }

  fileprivate func contains(sequence: [UInt8]) -> Bool {
    guard sequence.count <= count else { return false }
    return (0...count - sequence.count).contains { self[$0...].starts(with: sequence) }
  }
}
