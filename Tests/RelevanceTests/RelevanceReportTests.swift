import JSONBytes
import Testing

@testable import Relevance

@Suite("Reports and comparisons")
struct RelevanceReportTests {
  static func result(_ id: String, _ ndcg: Double, rank: Double = 1, success: Bool = true) -> RelevanceReport.Result {
    .init(
      id: id, text: "text of " + id,
      metrics: RankingMetrics(ndcg: ndcg, reciprocalRank: rank, recall: 0.5, success: success, judged: 0.25))
  }

  static func report(_ results: [RelevanceReport.Result], gain: Gain = .linear) -> RelevanceReport {
    RelevanceReport(
      gain: gain, hits: 50, parameters: [.init(name: "boost", value: "a:1:at_least:1=b")], results: results,
      leftOut: ["nothing \"good\""])
  }

  static func bytes(_ report: RelevanceReport) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    report.write(to: &writer)
    writer.endObject()
    return writer.bytes
  }

  @Test("the report has the means of its queries")
  func means() {
    let report = Self.report([Self.result("a", 0.5, rank: 0.25, success: false), Self.result("b", 1)])
    #expect(report.ndcg == 0.75 && report.reciprocalRank == 0.625 && report.recall == 0.5)
    #expect(report.success == 0.5 && report.judged == 0.25)
    let none = Self.report([])
    #expect(none.ndcg == 0 && none.success == 0)
  }

  @Test("what is saved is read back to the last bit", arguments: Gain.allCases)
  func saving(gain: Gain) throws {
    let report = Self.report(
      [Self.result("a", 1.0 / 3, rank: 1.0 / 7, success: false), Self.result("ب", 0.1 + 0.2)], gain: gain)
    #expect(try RelevanceReport(json: Self.bytes(report)) == report)
  }

  @Test("the JSON's members")
  func members() {
    let text = String(decoding: Self.bytes(Self.report([Self.result("a", 0.5)])), as: UTF8.self)
    #expect(
      text == #"{"kind":"relevance report 1","queries":1,"ndcg_at_10":0.5,"mrr":1,"recall":0.5,"success_at_1":1,"#
        + #""judged_at_10":0.25,"gain":"linear","hits":50,"#
        + #""parameters":[{"name":"boost","value":"a:1:at_least:1=b"}],"left_out":["nothing \"good\""],"#
        + #""results":[{"id":"a","query":"text of a","ndcg_at_10":0.5,"reciprocal_rank":1,"recall":0.5,"#
        + #""success_at_1":1,"judged_at_10":0.25}]}"#)
  }

  @Test(
    "what is no saved report is refused",
    arguments: [
      "", "[]", "{}", #"{"kind":"relevance report 2"}"#, #"{"kind":"relevance report 1"}"#,
      #"{"kind":"relevance report 1","gain":"other","hits":1,"parameters":[],"left_out":[],"results":[]}"#,
      #"{"kind":"relevance report 1","gain":"linear","hits":1,"parameters":[],"left_out":[],"results":[{}]}"#,
    ])
  func notReports(text: String) {
    #expect(throws: RelevanceError.self) { try RelevanceReport(json: Array(text.utf8)) }
  }

  @Test("who lost and won most comes first")
  func comparison() throws {
    let before = Self.report([
      Self.result("a", 0.5), Self.result("b", 0.5), Self.result("c", 0.5), Self.result("d", 0.5), Self.result("e", 0.5),
      Self.result("gone", 1),
    ])
    let after = Self.report([
      Self.result("new", 0), Self.result("a", 0.25), Self.result("b", 0), Self.result("c", 0.5 + 1e-12),
      Self.result("d", 0.75), Self.result("e", 1),
    ])
    let comparison = try RelevanceComparison(after, against: before)
    #expect(comparison.lost.map(\.text) == ["text of b", "text of a"])
    #expect(comparison.lost.map(\.difference) == [-0.5, -0.25])
    #expect(comparison.won.map(\.text) == ["text of e", "text of d"])
    #expect(comparison.same == 1 && comparison.unpaired == 2)
    #expect(comparison.means.before == 0.5 && abs(comparison.means.after - 0.5) < 1e-9)
  }

  @Test("equal changes come by their texts, and nothing in common is no fault")
  func ties() throws {
    let before = Self.report([Self.result("b", 0.5), Self.result("a", 0.5)])
    let after = Self.report([Self.result("b", 0.25), Self.result("a", 0.25)])
    #expect(try RelevanceComparison(after, against: before).lost.map(\.text) == ["text of a", "text of b"])
    let other = try RelevanceComparison(Self.report([Self.result("x", 1)]), against: before)
    #expect(other.lost.isEmpty && other.won.isEmpty && other.unpaired == 3 && other.means == (0, 0))
  }

  @Test("reports of different gains are not compared")
  func gains() {
    let before = Self.report([], gain: .exponential)
    #expect(
      throws: RelevanceError(nil, "was measured with exponential gain, and this is linear; compare what has the same")
    ) {
      try RelevanceComparison(Self.report([]), against: before)
    }
  }
}
