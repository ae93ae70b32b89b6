internal import Foundation
internal import JSONBytes
internal import Relevance

/// An evaluation for people, or as one line of JSON.
struct RelevanceText {
  let report: RelevanceReport
  let comparison: RelevanceComparison?
  /// How many queries that lost, and that won, are named.
  let changes: Int

  func text(asJSON: Bool) -> String {
    asJSON ? json : (summary + (comparison.map(lines) ?? [])).joined(separator: "\n")
  }

  private var summary: [String] {
    let left = report.leftOut
    let names = left.prefix(5).joined(separator: ", ") + (left.count > 5 ? ", …" : "")
    return [
      "\(report.results.count) queries"
        + (left.isEmpty ? "" : "; \(left.count) without relevant documents left out: \(names)"),
      line("nDCG@10", report.ndcg, "\(report.gain.rawValue) gain"),
      line("MRR", report.reciprocalRank, ""),
      line("recall@\(report.hits)", report.recall, ""),
      line("success@1", report.success, ""),
      line("judged@10", report.judged, "hits that nobody judged count as not relevant"),
    ]
  }

  private func line(_ name: String, _ value: Double, _ remark: String) -> String {
    let name = name.padding(toLength: max(12, name.count + 1), withPad: " ", startingAt: 0)
    return name + String(format: "%.4f", value) + (remark.isEmpty ? "" : "   " + remark)
  }

  private func lines(_ comparison: RelevanceComparison) -> [String] {
    let (before, after) = comparison.means
    var lines = [
      "",
      String(format: "nDCG@10 was %.4f, and is %.4f (%+.4f): ", before, after, after - before)
        + "\(comparison.won.count) queries won, \(comparison.lost.count) lost, \(comparison.same) stayed",
    ]
    if comparison.unpaired > 0 { lines.append("\(comparison.unpaired) queries are only in one of the two") }
    for (name, queries) in [("lost most", comparison.lost), ("won most", comparison.won)] where !queries.isEmpty {
      lines.append("\(name):")
      for query in queries.prefix(changes) {
        let numbers = String(format: "  %+.4f  %.4f to %.4f  ", query.difference, query.before, query.after)
        lines.append(numbers + query.text)
      }
    }
    return lines
  }

  private var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    report.write(to: &writer)
    if let comparison {
      writer.key("comparison")
      writer.beginObject()
      writer.key("ndcg_at_10_before")
      writer.double(comparison.means.before)
      writer.key("ndcg_at_10_after")
      writer.double(comparison.means.after)
      for (name, count) in [("same", comparison.same), ("unpaired", comparison.unpaired)] {
        writer.key(name)
        writer.integer(Int64(count))
      }
      for (name, queries) in [("lost", comparison.lost), ("won", comparison.won)] {
        writer.key(name)
        writer.beginArray()
        for query in queries { write(query, to: &writer) }
        writer.endArray()
      }
      writer.endObject()
    }
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func write(_ query: RelevanceComparison.Change, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("query")
    writer.string(query.text)
    for (name, value) in [("before", query.before), ("after", query.after), ("difference", query.difference)] {
      writer.key(name)
      writer.double(value)
    }
    writer.endObject()
  }
}
