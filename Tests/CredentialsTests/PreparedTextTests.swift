import Testing

@testable import Credentials

@Suite("Names and passwords")
struct PreparedTextTests {
  @Test(
    "text is prepared as the examples of RFC 4013, section 3, say",
    arguments: [
      ("I\u{ad}X", "IX"), ("user", "user"), ("USER", "USER"), ("\u{aa}", "a"), ("\u{2168}", "IX"), ("\u{7}", nil),
      ("\u{627}\u{31}", nil),
    ] as [(String, String?)])
  func examples(given: String, expected: String?) {
    #expect(PreparedText.prepare(given) == expected)
  }

  @Test("empty, long, unassigned and private text is refused")
  func refused() {
    #expect(PreparedText.prepare("") == nil && PreparedText.prepare("\u{ad}") == nil)
    #expect(PreparedText.prepare(String(repeating: "a", count: 1024)) != nil)
    #expect(PreparedText.prepare(String(repeating: "a", count: 1025)) == nil)
    #expect(PreparedText.prepare("a\u{e000}") == nil && PreparedText.prepare("a\u{1f600}") == nil)
    #expect(PreparedText.prepare("a\nb") == nil && PreparedText.prepare("a\u{7f}") == nil)
  }

  @Test("text that clients could send in two ways is not its own prepared form")
  func stability() {
    #expect(PreparedText.isPrepared("pencil ~!\"$") && PreparedText.isPrepared("b\u{e9}a"))
    #expect(!PreparedText.isPrepared("be\u{301}a") && !PreparedText.isPrepared("I\u{ad}X"))
  }

  @Test("PLAIN has a name, a password, and nobody else's name")
  func plain() throws {
    func message(_ text: String) throws -> PlainMessage { try PlainMessage(Array(text.utf8)) }
    let read = try message("\0tim\0tanstaaftanstaaf")
    #expect(read.name == "tim" && read.password == "tanstaaftanstaaf")
    #expect(try message("tim\0tim\0words").name == "tim")
    for wrong in [
      "", "tim", "\0tim", "\0tim\0", "\0\0words", "Ursel\0Kurt\0xipj3plmq", "\0tim\0a\0b", "\0t\u{7}m\0words",
    ] {
      #expect(throws: CredentialError.self, "\(wrong)") { try message(wrong) }
    }
    #expect(throws: CredentialError.self) { try PlainMessage([0, 0x74, 0, 0xff]) }
  }
}
