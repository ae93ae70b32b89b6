import ArgumentParser
import Foundation
import JSONBytes
import SearchEngine

extension PeerRunner {
  /// What many names of attributes cost.
  struct Attributes: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Build and query an index of products with many names of attributes.",
      subcommands: [Build.self, Query.self])

    struct Build: ParsableCommand {
      @Argument(help: "Where the index goes.") var directory: String
      @OptionGroup var catalogue: AttributeCatalogue

      func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        let writer = try IndexWriter(directory: directory, definition: AttributeCatalogue.definition)
        try catalogue.forEachProduct { product in
          writer.put(product.document)
          if (product.number + 1).isMultiple(of: XopixEngine.Building.batch) { _ = try writer.refresh() }
        }
        let manifest = try writer.checkpoint()
        let taken = clock.now - start
        writer.discardFiles(notIn: manifest)
        try Data(manifest).write(to: URL(fileURLWithPath: directory + "/manifest"))
        var json = JSONWriter()
        json.beginObject()
        json.member("seconds", taken.seconds)
        json.member("cpu_seconds", Footprint.cpuSeconds)
        json.member("bytes", Int(Footprint.bytes(of: directory)))
        json.member("segments", try writer.refresh().segmentCount)
        json.member("peak_memory", Footprint.peakMemory)
        json.endObject()
        print(String(decoding: json.bytes, as: UTF8.self))
      }
    }

    struct Query: ParsableCommand {
      @Argument(help: "The index.") var directory: String
      @Argument(help: "Where the answers go.") var answers: String
      @Argument(help: "How long a kind is warmed up, and timed, at most.") var seconds: Double
      @Option(help: "Queries of each kind.") var queries = 200
      @OptionGroup var catalogue: AttributeCatalogue

      func run() throws {
        let asked = AttributeQueries(of: catalogue, count: queries)
        let clock = ContinuousClock()
        let start = clock.now
        let manifest = try Data(contentsOf: URL(fileURLWithPath: directory + "/manifest"))
        let snapshot = try IndexWriter.restore(
          directory: directory, definition: AttributeCatalogue.definition, manifest: Array(manifest)
        ).refresh()
        let opened = clock.now - start
        let file = try AnswerFile(path: answers)
        for (kind, queries) in try asked.kinds() where !queries.isEmpty {
          let calls: [() throws -> PeerAnswer] = queries.map { query in
            { XopixEngine.answer(try snapshot.search(query.request)) }
          }
          let taken = try Rounds.timed(calls, seconds: seconds)
          for (number, query) in queries.enumerated() {
            let response = try snapshot.search(query.request)
            try query.check(response, as: kind)
            try file.write(
              kind: kind, number: Int64(number), mode: "exact", nanoseconds: taken[number],
              answer: XopixEngine.answer(response))
          }
        }
        print("{\"memory\":\(Footprint.memory),\"opened\":\(opened.seconds),\"pairs\":\(asked.pairs)}")
      }
    }
  }
}
