import ArgumentParser
import Foundation
import JSONBytes

/// Xopix's side of the comparison with other engines: the same commands and answers as theirs.
@main
struct PeerRunner: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Build and query indexes for Benchmarks/peers.", subcommands: [Build.self, Query.self])

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
      writer.key("documents")
      writer.integer(Int64(documents))
      writer.key("seconds")
      writer.double((clock.now - start).seconds)
      writer.key("cpu_seconds")
      writer.double(Footprint.cpuSeconds)
      writer.key("bytes")
      writer.integer(Footprint.bytes(of: directory))
      writer.key("segments")
      writer.integer(Int64(segments))
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
      guard FileManager.default.createFile(atPath: answers, contents: nil) else {
        throw ValidationError("\(answers) can't be written")
      }
      let out = try FileHandle(forWritingTo: URL(fileURLWithPath: answers))
      for (kind, asked) in try PeerQuery.read(queries) {
        for isExact in pruning.contains(kind) ? [false, true] : [true] {
          let calls = try asked.compactMap { query in
            try engine.call(query, countsExactly: isExact).map { (query: query, call: $0) }
          }
          guard !calls.isEmpty else { continue }
          let taken = try Rounds.timed(calls.map(\.call), seconds: seconds)
          for ((query, call), times) in zip(calls, taken) {
            var writer = JSONWriter(capacity: 1024)
            writer.beginObject()
            writer.key("kind")
            writer.string(kind)
            writer.key("number")
            writer.integer(query.number)
            writer.key("mode")
            writer.string(isExact ? "exact" : "top")
            writer.key("ns")
            writer.beginArray()
            for time in times { writer.integer(time) }
            writer.endArray()
            try call().write(to: &writer)
            writer.endObject()
            try out.write(contentsOf: Data(writer.bytes + [0x0A]))
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
