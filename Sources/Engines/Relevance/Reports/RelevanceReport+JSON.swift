public import JSONBytes

extension RelevanceReport {
  /// What tells a report from other JSON; the number is that of the format's version.
  static let kind = "relevance report 1"

  /// Writes the report's members into the object that is open.
  public func write(to writer: inout JSONWriter) {
    func number(_ name: String, _ value: Double) {
      writer.key(name)
      writer.double(value)
    }
    writer.key("kind")
    writer.string(Self.kind)
    writer.key("queries")
    writer.integer(Int64(results.count))
    number("ndcg_at_10", ndcg)
    number("mrr", reciprocalRank)
    number("recall", recall)
    number("success_at_1", success)
    number("judged_at_10", judged)
    writer.key("gain")
    writer.string(gain.rawValue)
    writer.key("hits")
    writer.integer(Int64(hits))
    writer.key("parameters")
    writer.beginArray()
    for parameter in parameters {
      writer.beginObject()
      writer.key("name")
      writer.string(parameter.name)
      writer.key("value")
      writer.string(parameter.value)
      writer.endObject()
    }
    writer.endArray()
    writer.key("left_out")
    writer.beginArray()
    for text in leftOut { writer.string(text) }
    writer.endArray()
    writer.key("results")
    writer.beginArray()
    for result in results { write(result, to: &writer) }
    writer.endArray()
  }

  private func write(_ result: Result, to writer: inout JSONWriter) {
    writer.beginObject()
    for (name, text) in [("id", result.id), ("query", result.text)] {
      writer.key(name)
      writer.string(text)
    }
    let metrics = result.metrics
    for (name, value) in [
      ("ndcg_at_10", metrics.ndcg), ("reciprocal_rank", metrics.reciprocalRank), ("recall", metrics.recall),
      ("success_at_1", metrics.success ? 1 : 0), ("judged_at_10", metrics.judged),
    ] {
      writer.key(name)
      writer.double(value)
    }
    writer.endObject()
  }

  /// Reads a report that was written.
  public init(json bytes: [UInt8]) throws(RelevanceError) {
    guard let value = try? JSONValue.parse(bytes), case .object(let report) = value,
      report["kind"] == .string(Self.kind)
    else { throw RelevanceError(nil, "is not a saved relevance report of this version; make it anew with --save") }
    guard case .string(let gain)? = report["gain"], let gain = Gain(rawValue: gain),
      let hits = report["hits"]?.integerValue, case .array(let parameters)? = report["parameters"],
      case .array(let leftOut)? = report["left_out"], case .array(let results)? = report["results"]
    else { throw RelevanceError(nil, "lacks gain, hits, parameters, left_out or results") }
    var read: [Result] = []
    for (index, element) in results.enumerated() {
      guard let result = Self.result(element) else {
        throw RelevanceError("result \(index + 1)", "lacks a member, or one has a wrong value")
      }
      read.append(result)
    }
    self.init(
      gain: gain, hits: Int(hits),
      parameters: parameters.compactMap { element in
        guard case .object(let object) = element, let name = object["name"]?.decimalText,
          let value = object["value"]?.decimalText
        else { return nil }
        return Parameter(name: name, value: value)
      },
      results: read, leftOut: leftOut.compactMap(\.decimalText))
  }

  private static func result(_ value: JSONValue) -> Result? {
    guard case .object(let object) = value, case .string(let id)? = object["id"],
      case .string(let text)? = object["query"], let ndcg = object["ndcg_at_10"]?.doubleValue,
      let reciprocalRank = object["reciprocal_rank"]?.doubleValue, let recall = object["recall"]?.doubleValue,
      let success = object["success_at_1"]?.doubleValue, let judged = object["judged_at_10"]?.doubleValue
    else { return nil }
    return Result(
      id: id, text: text,
      metrics: RankingMetrics(
        ndcg: ndcg, reciprocalRank: reciprocalRank, recall: recall, success: success > 0, judged: judged))
  }
}
