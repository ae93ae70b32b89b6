internal import ArgumentParser
internal import Foundation
internal import JSONBytes
internal import Relevance
internal import WriteSide

struct BenchRelevanceCommand: AsyncParsableCommand {
  enum GainName: String, ExpressibleByArgument, CaseIterable {
    case linear, exponential

    var gain: Gain {
      switch self {
      case .linear: .linear
      case .exponential: .exponential
      }
    }
  }

  static let configuration = CommandConfiguration(
    commandName: "relevance", abstract: "Tell how good the order of hits is, by judgments of people.",
    discussion: """
      Searches for each judged query, and prints nDCG@10, the mean reciprocal rank, recall and how often the first hit is
      relevant. Judgments are a CSV file with the columns query, docid and final_rating or rating; or, with --queries,
      TREC's qrels. A document without a judgment counts as not relevant; queries without relevant documents are left out.

      Examples:
        xopix bench relevance --judgments judgments.csv --save before.json
        xopix bench relevance --judgments judgments.csv --parameter boost=popularity:0.5:saturation:100 \\
          --against before.json
        xopix bench relevance --judgments qrels.trec.txt --queries queries.xml --parameter match=1 --json
      """)

  @Option(help: "The judgments, CSV; TREC's qrels with --queries. May be compressed.") var judgments: String
  @Option(help: "The queries of TREC's qrels, with <num> and <title> for each.") var queries: String?
  @Option(
    name: [.customLong("http"), .customLong("server")], help: "The server, HOST:PORT.") var http: String?
  @Option(
    help: ArgumentHelp("A parameter of every search; may be repeated.", valueName: "name=value")) var parameter:
    [String] = []
  @Option(help: "What a rating is worth: itself (linear), or 2 to its power, less 1 (exponential).") var gain =
    GainName.linear
  @Option(help: "How many hits to ask for: how deep recall and the reciprocal rank look.") var hits = 100
  @Option(help: "Write the result to a file, for --against.") var save: String?
  @Option(help: "Compare with a saved result: the queries that lost and won most.") var against: String?
  @Option(help: "How many queries that lost, and that won, to name.") var changes = 10
  @Flag(help: "One line of JSON.") var json = false

  func validate() throws {
    guard (10...1000).contains(hits) else { throw ValidationError("--hits must be from 10 to 1000.") }
    guard changes >= 0 else { throw ValidationError("--changes must not be below 0.") }
    for text in parameter {
      guard let split = text.firstIndex(of: "="), split != text.startIndex else {
        throw ValidationError("--parameter must be NAME=VALUE, not \(text).")
      }
      if let option = Self.owned[String(text[..<split])] {
        throw ValidationError("--parameter \(text): \(option).")
      }
    }
  }

  /// Parameters of searches that are the evaluation's own.
  private static let owned = [
    "q": "the queries come from the judgments", "size": "say --hits", "cursor": "hits are counted from the first one",
  ]

  func run() async throws {
    let judged = try readJudgments()
    // A report that can't be compared is told before the searches, not after.
    let before = try against.map { file in
      try Self.reading(file) { try RelevanceReport(json: TableFile.bytes(of: file)) }
    }
    let report = try await evaluate(judged)
    var comparison: RelevanceComparison?
    if let before, let against {
      comparison = try Self.reading(against) { try RelevanceComparison(report, against: before) }
    }
    if let save { try write(report, to: save) }
    print(RelevanceText(report: report, comparison: comparison, changes: changes).text(asJSON: json))
    // A catalogue of which nobody judged anything has been measured by nothing.
    if report.judged == 0, !report.results.isEmpty {
      printError("xopix: none of the hits was judged: are the judgments about what this server has?")
    }
  }

  private func evaluate(_ judged: [Judgments.Query]) async throws -> RelevanceReport {
    let parameters = parameter.compactMap { text in
      text.firstIndex(of: "=").map { split in
        RelevanceReport.Parameter(name: String(text[..<split]), value: String(text[text.index(after: split)...]))
      }
    }
    let asked = parameters.map { ($0.name, $0.value) } + [("size", String(hits))]
    let client = APIClient(host: http ?? defaultHTTP())
    let progress = ProgressLine()
    defer { progress.end() }
    var results: [RelevanceReport.Result] = []
    let counted = judged.filter(\.hasRelevant)
    for query in counted {
      progress.show("\(results.count) of \(counted.count) queries")
      let answer = try await client.get("/v1/search", query: [("q", query.text)] + asked).json()
      guard let found = answer["hits"]?.elements else {
        throw CommandFailure(.failed, "the server's answer to \"\(query.text)\" has no hits")
      }
      let metrics = RankingMetrics(
        hits: found.compactMap { $0["id"]?.text }, ratings: query.ratings, gain: gain.gain)
      results.append(RelevanceReport.Result(id: query.id, text: query.text, metrics: metrics))
    }
    return RelevanceReport(
      gain: gain.gain, hits: hits, parameters: parameters, results: results,
      leftOut: judged.filter { !$0.hasRelevant }.map(\.text))
  }

  private func readJudgments() throws -> [Judgments.Query] {
    let read: Judgments
    if let queries {
      let topics = try Self.reading(queries) { try TableFile.bytes(of: queries) }
      read = try Self.reading(judgments) { try Judgments(topics: topics, qrels: TableFile.bytes(of: judgments)) }
    } else {
      read = try Self.reading(judgments) {
        let table = try TableFile(path: judgments)
        return try Judgments(columns: table.columns, rows: table.rows)
      }
    }
    guard read.queries.contains(where: \.hasRelevant) else {
      throw CommandFailure(.failed, "\(judgments): no query has a relevant document")
    }
    return read.queries
  }

  /// What `read` gives; what is wrong with the file becomes the command's failure.
  private static func reading<Value>(_ file: String, _ read: () throws -> Value) throws -> Value {
    do {
      return try read()
    } catch let error as WriteSideError {
      throw CommandFailure(.failed, "\(error)")
    } catch let error as RelevanceError {
      throw CommandFailure(.failed, "\(file): \(error)")
    }
  }

  private func write(_ report: RelevanceReport, to file: String) throws {
    var writer = JSONWriter()
    writer.beginObject()
    report.write(to: &writer)
    writer.endObject()
    do {
      try Data(writer.bytes + [0x0a]).write(to: URL(fileURLWithPath: file), options: .atomic)
    } catch {
      throw CommandFailure(.failed, "\(file) can't be written: \(error.localizedDescription)")
    }
  }
}
