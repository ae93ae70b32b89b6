import ByteCoding
import Testing

@testable import WriteSide

@Suite("How files write times")
struct TimeFormatTests {
  @Test(
    "a time is read by its format",
    arguments: [
      ("rfc3339", "2026-01-02T03:04:05.5+01:00", "2026-01-02T02:04:05.500Z"),
      ("rfc3339", "2026-01-02", "2026-01-02T00:00:00Z"), ("rfc3339", "2026-01-02 03:04:05", "2026-01-02T03:04:05Z"),
      ("unix", "0", "1970-01-01T00:00:00Z"), ("unix", "-1.5", "1969-12-31T23:59:58.500Z"),
      ("unix", "1e9", "2001-09-09T01:46:40Z"), ("unix_ms", "1", "1970-01-01T00:00:00.001Z"),
      ("unix", "253402300799", "9999-12-31T23:59:59Z"), ("unix", "-62135596800", "0001-01-01T00:00:00Z"),
      ("yyyy-MM-dd HH:mm:ss", "2010-12-01 08:26:00", "2010-12-01T08:26:00Z"),
      ("d/M/yyyy H:mm", "1/12/2010 8:26", "2010-12-01T08:26:00Z"), ("dd.MM.yyyy", "29.02.2024", "2024-02-29T00:00:00Z"),
      ("yyyyMMdd", "20240229", "2024-02-29T00:00:00Z"),
      ("yyyy-MM-ddTHH:mm:ssZ", "2024-02-29T01:02:03Z", "2024-02-29T01:02:03Z"),
    ])
  func reading(pattern: String, text: String, expected: String) throws {
    #expect(try #require(TimeFormat(pattern: pattern)).time(text)?.rfc3339 == expected)
  }

  @Test(
    "what does not follow its format, or can't be written again, is refused",
    arguments: [
      ("rfc3339", "yesterday"), ("rfc3339", ""), ("rfc3339", "9999-12-31T23:59:59-01:00"),
      ("rfc3339", "0001-01-01T00:00:00+01:00"), ("unix", ""), ("unix", "1.0000001"), ("unix", "253402300800"),
      ("unix", "-9000000000000"), ("unix", "99999999999999999999"), ("unix_ms", "9223372036854775807"),
      ("yyyy-MM-dd", "2010-2-01"), ("yyyy-MM-dd", "2010-02-30"), ("yyyy-MM-dd", "2010-02-01 "),
      ("d/M/yyyy", "001/1/2010"), ("d/M/yyyy H:mm", "1/1/2010 24:00"), ("yyyyMMdd", "2010010"),
    ])
  func refusing(pattern: String, text: String) throws {
    #expect(try #require(TimeFormat(pattern: pattern)).time(text) == nil)
  }

  @Test(
    "a pattern without a date, or with letters that mean nothing, is none",
    arguments: ["", "HH:mm", "yy-MM-dd", "yyyy-MM", "yyyy-MMM-dd", "yyyy-MM-dd e", "yyyy-MM-dd dd", "UNIX"])
  func patterns(pattern: String) {
    #expect(TimeFormat(pattern: pattern) == nil)
  }
}
