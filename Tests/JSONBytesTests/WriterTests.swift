import JSONBytes
import Testing

@Suite("Writing JSON")
struct WriterTests {
  private func text(_ write: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    write(&writer)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test("commas and colons come by themselves")
  func punctuation() {
    let text = text { writer in
      writer.beginObject()
      writer.key("a")
      writer.integer(1)
      writer.key("b")
      writer.beginArray()
      writer.null()
      writer.beginObject()
      writer.endObject()
      writer.bool(true)
      writer.beginArray()
      writer.endArray()
      writer.string("x")
      writer.endArray()
      writer.key("c")
      writer.raw(Array("[1,2]".utf8))
      writer.key("d")
      writer.numberText("19.90")
      writer.endObject()
    }
    #expect(text == #"{"a":1,"b":[null,{},true,[],"x"],"c":[1,2],"d":19.90}"#)
  }

  @Test("strings are escaped where they must be, and only there")
  func escapes() {
    #expect(
      text { $0.string("\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é🫖") } == #""\"\\/\u0008\u000c\n\r\t\u0000\u001f"#
        + "\u{7f}é🫖\"")
  }

  @Test("integers are written to the last one")
  func integers() {
    for value in [0, 1, -1, 10, -10, 999, Int64.max, Int64.min] {
      #expect(text { $0.integer(value) } == String(value))
    }
    #expect(text { $0.unsigned(.max) } == String(UInt64.max))
  }

  @Test(
    "doubles are written short, and null where JSON has no such number",
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (-2, "-2"), (0.1, "0.1"), (1.5e300, "1.5e+300"),
      (
        9_007_199_254_740_991,
        "9007199254740991"
      ), (.infinity, "null"), (-.infinity, "null"), (.nan, "null"), (.leastNonzeroMagnitude, "5e-324"),
    ] as [(Double, String)])
  func doubles(value: Double, expected: String) {
    #expect(text { $0.double(value) } == expected)
  }

  @Test("doubles read back as they were, also the largest integers")
  func doubleProperty() throws {
    var generator = SeededGenerator(seed: 1)
    var values = [
      Double(Int64.min), Double(Int64.max), -9_007_199_254_740_992, 9_007_199_254_740_992, 1e15, 1e16, 1e22,
    ]
    values += [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, .leastNormalMagnitude, .pi]
    values += (0..<3000).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
    values += (0..<1000).map { _ in Double(Int64(truncatingIfNeeded: generator.next())) }
    for value in values {
      let text = text { $0.double(value) }
      #expect(try parsed(text).doubleValue == value, "\(value) as \(text)")
    }
  }

  @Test("any value that is written is read back")
  func roundTripProperty() throws {
    for seed in 0..<2000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let value = generator.value()
      let bytes = written(value)
      let read = try JSONValue.parse(bytes)
      #expect(read == value, "seed \(seed)")
      #expect(written(read) == bytes, "seed \(seed)")
      #expect(read.hashValue == value.hashValue, "seed \(seed)")
    }
  }
}
