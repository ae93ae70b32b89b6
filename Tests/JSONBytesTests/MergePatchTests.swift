import JSONBytes
import Testing

@Suite("Merge patches")
struct MergePatchTests {
  @Test(
    "RFC 7396's examples of appendix A",
    arguments: [
      (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
      (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
      (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
      (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
      (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
      (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"), (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
      (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
      ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
  func examples(target: String, patch: String, result: String) throws {
    let patched = JSONMergePatch.apply(patch: try parsed(patch), to: try parsed(target))
    #expect(String(decoding: written(patched), as: UTF8.self) == result)
  }

  @Test("RFC 7396's example of section 3")
  func article() throws {
    let target = try parsed(
      #"{"title":"Goodbye!","author":{"givenName":"John","familyName":"Doe"},"tags":["example","sample"],"content":"x"}"#
    )
    let patch = try parsed(
      #"{"title":"Hello!","phoneNumber":"+01-123-456-7890","author":{"familyName":null},"tags":["example"]}"#)
    let expected = try parsed(
      #"{"title":"Hello!","author":{"givenName":"John"},"tags":["example"],"content":"x","phoneNumber":"+01-123-456-7890"}"#
    )
    #expect(JSONMergePatch.apply(patch: patch, to: target) == expected)
  }

  @Test("a patch without null is what an empty target becomes, and applying it again changes nothing")
  func idempotenceProperty() {
    for seed in 0..<1000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let target = generator.value()
      let patch = generator.value()
      let once = JSONMergePatch.apply(patch: patch, to: target)
      #expect(JSONMergePatch.apply(patch: patch, to: once) == once, "seed \(seed)")
      let clean = JSONMergePatch.apply(patch: patch, to: object())
      #expect(JSONMergePatch.apply(patch: clean, to: object()) == clean, "seed \(seed)")
    }
  }
}
