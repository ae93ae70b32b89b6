import JSONBytes
import Testing

@Suite("JSON values")
struct ValueTests {
  @Test(
    "integers are told from other numbers however they are written",
    arguments: [
      ("2", 2), ("2.0", 2), ("2e0", 2), ("20e-1", 2), ("0.2e1", 2), ("1e3", 1000), ("-0.0", 0), ("0e99999", 0),
      ("-3.000", -3), ("2.5", nil), ("1e-1", nil), ("1e19", nil), ("1e400", nil), ("1e99999999999999999999", nil),
      ("1e-99999999999999999999", nil), ("0.0e99999999999999999999", 0),
      ("9007199254740993.0", 9_007_199_254_740_993), ("9223372036854775807.0", .max),
      ("-9223372036854775808.0", .min), ("9223372036854775808.0", nil), ("9223372036854775808", nil),
      ("9007199254740992.5", nil), ("1.00000000000000000001", nil), ("922337203685477580.7e1", .max),
      ("\"2\"", nil), ("true", nil), ("null", nil), ("[2]", nil),
    ] as [(String, Int64?)])
  func integers(text: String, expected: Int64?) throws {
    #expect(try parsed(text).integerValue == expected)
  }

  @Test(
    "doubles are the nearest ones, and none where there is none near",
    arguments: [
      ("2", 2), ("0.1", 0.1), ("1e400", nil), ("-1e400", nil), ("1e-400", 0), ("18446744073709551616", 0x1p64),
      ("\"1\"", nil), ("false", nil),
    ] as [(String, Double?)])
  func doubles(text: String, expected: Double?) throws {
    #expect(try parsed(text).doubleValue == expected)
  }

  @Test("the digits of numbers and strings are given as they are written")
  func decimals() throws {
    #expect(try parsed("19.90").decimalText == "19.90")
    #expect(try parsed("-7").decimalText == "-7")
    #expect(try parsed("\"19.90\"").decimalText == "19.90")
    #expect(try parsed("true").decimalText == nil)
    #expect(try parsed("[1]").decimalText == nil)
  }

  @Test("objects are equal whatever the order of their members, and then have equal hashes")
  func equality() throws {
    let left = try parsed(#"{"a":1,"b":[2,{"c":3,"d":4}]}"#)
    let right = try parsed(#"{"b":[2,{"d":4,"c":3}],"a":1}"#)
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
    for other in [#"{"a":1}"#, #"{"a":1,"b":[2,{"c":3,"d":5}]}"#, #"{"a":1,"c":[2,{"c":3,"d":4}]}"#, "[1]"] {
      #expect(try parsed(other) != left)
    }
  }

  @Test("members are set, replaced in place and taken out")
  func members() {
    var object = JSONObject()
    object["a"] = .integer(1)
    object["b"] = .integer(2)
    object["a"] = .integer(3)
    #expect(object.members.map(\.name) == ["a", "b"])
    #expect(object["a"] == .integer(3))
    object["a"] = nil
    object["none"] = nil
    #expect(object.members.map(\.name) == ["b"])
    // A member that is null is there.
    object["b"] = .some(.null)
    #expect(object["b"] == .null)
  }
}
