import ArgumentParser
import Foundation
import JSONBytes

/// Xopix's side of the comparison with other engines, with the same commands and answers as theirs; and what measures the
/// engine by itself.
@main
struct PeerRunner: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Build and query indexes for Benchmarks/peers and Benchmarks/search.",
    subcommands: [Build.self, Query.self, Open.self, Attributes.self, Load.self])

  struct Build: ParsableCommand {
    @Argument(help: "The products, a JSON object a line.") var products: String
    @Argument(help: "Where the index goes.") var directory: String
    @Argument(help: "single: the description alone is text; multi: also title, brand and category.") var fields: String

    func run() throws {
      let clock = ContinuousClock()
      let start = clock.now
      var building = try XopixEngine.Building(directory: directory, isMulti: fields == "multi")
      for line in try Lines(path: products) { try building.add(line) }
      let (documents, segments) = try building.finish()
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("documents", documents)
      writer.member("seconds", (clock.now - start).seconds)
      writer.member("cpu_seconds", Footprint.cpuSeconds)
      writer.member("bytes", Int(Footprint.bytes(of: directory)))
      writer.member("segments", segments)
      writer.member("peak_memory", Footprint.peakMemory)
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }

  struct Query: ParsableCommand {
    @Argument(help: "The directory with the indexes single and multi.") var directory: String
    @Argument(help: "The queries.") var queries: String
    @Argument(help: "Where the answers go.") var answers: String
    @Argument(help: "How long a kind is warmed up, and timed, at most.") var seconds: Double
    @Argument(help: "The kinds that are also measured without exact totals.") var pruning: String

    func run() throws {
      let engine = try XopixEngine(directory: directory)
      let pruning = Set(pruning.split(separator: ",").map(String.init))
      let file = try AnswerFile(path: answers)
      for (kind, asked) in try PeerQuery.read(queries) {
        for isExact in pruning.contains(kind) ? [false, true] : [true] {
          let calls = try asked.compactMap { query in
            try engine.call(query, countsExactly: isExact).map { (query: query, call: $0) }
          }
          guard !calls.isEmpty else { continue }
          let taken = try Rounds.timed(calls.map(\.call), seconds: seconds)
          for ((query, call), times) in zip(calls, taken) {
            try file.write(
              kind: kind, number: query.number, mode: isExact ? "exact" : "top", nanoseconds: times, answer: try call())
          }
        }
      }
      print("{\"memory\":\(Footprint.memory),\"version\":\"segments: \(engine.segments)\"}")
    }
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
