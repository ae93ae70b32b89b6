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
        let asked = try AttributeQueries(of: catalogue, count: queries)
        let clock = ContinuousClock()
        let start = clock.now
        let manifest = try Data(contentsOf: URL(fileURLWithPath: directory + "/manifest"))
        let snapshot = try IndexWriter.restore(
          directory: directory, definition: AttributeCatalogue.definition, manifest: Array(manifest)
        ).refresh()
        let opened = clock.now - start
        let taken = try asked.kinds.map { kind in
          let calls: [() throws -> PeerAnswer] = kind.queries.map { query in
            { XopixEngine.answer(try snapshot.search(query.request)) }
          }
          return calls.isEmpty ? [] : try Rounds.timed(calls, seconds: seconds)
        }
        // Before the right answers are counted, which takes memory too.
        let memory = Footprint.memory
        var counts = AttributeCounts(of: catalogue)
        let file = try AnswerFile(path: answers)
        for (kind, times) in zip(asked.kinds, taken) {
          for (number, query) in kind.queries.enumerated() {
            let response = try snapshot.search(query.request)
            try counts.check(response, to: query, of: kind.name)
            try file.write(
              kind: kind.name, number: Int64(number), mode: "exact", nanoseconds: times[number],
              answer: XopixEngine.answer(response))
          }
        }
        print("{\"memory\":\(memory),\"opened\":\(opened.seconds),\"pairs\":\(counts.pairs)}")
      }
    }
  }
}
