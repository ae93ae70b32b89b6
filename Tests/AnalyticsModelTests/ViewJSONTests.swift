import AnalyticsModel
import ByteCoding
import JSONBytes
import Projections
import ShopEvents
import Streams
import Testing

@Suite("Views as JSON")
struct ViewJSONTests {
  static func json(_ answer: ViewAnswer) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    answer.writeMembers(to: &writer)
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test("an answer tells columns with units, rows with decimals as texts, and how final it is")
  func answer() throws {
    let folder = try TemporaryFolder()
    let model = try AnalyticsModel(definitions: try BuiltIn.views(), directory: folder.path, manifest: nil)
    _ = model.apply([
      event(order(total: Money("0.1"), country: "\"F\""), topic: "orders", at: moment(0)),
      event(order(total: Money("0.2"), country: "\"F\""), topic: "orders", at: moment(1)),
      event(order(total: Money(rawValue: .max), currency: nil), topic: "orders", at: moment(86_400)),
    ])
    model.publish(at: Position())
    let view = try #require(model.publisher.current.view("revenue_per_day"))
    #expect(
      try Self.json(view.answer(ViewQuery()))
        == #"{"columns":["#
        + #"{"name":"window_start","type":"time","unit":null,"error":null,"key":true},"#
        + #"{"name":"currency","type":"string","unit":null,"error":null,"key":true},"#
        + #"{"name":"country","type":"string","unit":null,"error":null,"key":true},"#
        + #"{"name":"orders","type":"integer","unit":"orders","error":null,"key":false},"#
        + #"{"name":"revenue","type":"decimal","unit":"currency","error":null,"key":false}],"#
        + #""rows":[["2026-09-22T00:00:00Z","EUR","\"F\"",2,"0.30"],"#
        + #"["2026-09-23T00:00:00Z","","",1,"922337203685477.5807"]],"#
        + #""watermark":"2026-09-22T23:59:55Z","final_before":"2026-09-22T00:00:00Z"}"#)
  }

  @Test("an empty view has columns, no rows, and nulls")
  func empty() throws {
    let folder = try TemporaryFolder()
    let model = try AnalyticsModel(definitions: try BuiltIn.views(), directory: folder.path, manifest: nil)
    let view = try #require(model.publisher.current.view("payments_per_minute"))
    let json = try Self.json(view.answer(ViewQuery()))
    #expect(json.hasSuffix(#""rows":[],"watermark":null,"final_before":null}"#))
    #expect(model.publisher.current.view("nothing") == nil)
  }

  @Test(
    "values as text",
    arguments: [
      (.null, "", "null"), (.text("a\"b"), "a\"b", #""a\"b""#), (.integer(.min), "-9223372036854775808", nil),
      (.decimal(0), "0.00", #""0.00""#), (.decimal(-1), "-0.0001", #""-0.0001""#),
      (
        .decimal(170_141_183_460_469_231_731_687_303_715_884_105_727), "17014118346046923173168730371588410.5727",
        #""17014118346046923173168730371588410.5727""#
      ),
      (.time(Timestamp(rawValue: 1)), "1970-01-01T00:00:00.000001Z", #""1970-01-01T00:00:00.000001Z""#),
    ] as [(StreamValue, String, String?)])
  func values(value: StreamValue, text: String, json: String?) {
    #expect(value.text == text)
    var writer = JSONWriter()
    ViewAnswer.writeRow([value], to: &writer)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "[\(json ?? text)]")
  }
}
