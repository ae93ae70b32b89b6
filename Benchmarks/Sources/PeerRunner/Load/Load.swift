import ArgumentParser
import Foundation
import JSONBytes
import SearchEngine

extension PeerRunner {
  /// What searches take while the index changes, and how soon changes are seen.
  struct Load: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Search with facets alone, while stock and products change, and after it.")

    @Argument(help: "The products, a JSON object a line.") var products: String
    @Argument(help: "The queries; those with facets are asked.") var queries: String
    @Argument(help: "Where the index goes.") var directory: String
    @Option(help: "Seconds of each phase.") var seconds = 30.0
    @Option(help: "Threads that search.") var readers = 1
    @Option(help: "Searches a second; 0 for as many as can be.") var searches = 0.0
    @Option(help: "Changes of stock a second.") var stock = 20_000
    @Option(help: "Changes of products a second.") var updates = 2000
    @Option(help: "Seconds between checkpoints.") var checkpoint = 5.0
    @Option(help: "The seed of what changes.") var seed: UInt64 = 1

    /// Searches before the first phase are not timed for so long at most.
    private static let warmUp = 5.0

    func validate() throws {
      guard seconds > 0, checkpoint > 0, readers > 0, searches >= 0, stock >= 0, updates >= 0, stock + updates > 0
      else {
        throw ValidationError(
          "seconds, checkpoint and readers must be above 0, and there must be changes; no rate is below 0")
      }
    }

    func run() throws {
      let clock = ContinuousClock()
      let start = clock.now
      var catalogue = try LiveCatalogue(products: products, directory: directory)
      let built = clock.now - start
      let snapshot = try catalogue.writer.refresh()
      let load = try QueryLoad(queries: queries, snapshot: snapshot, seed: seed)
      guard !load.isEmpty else { throw ValidationError("\(queries) has no queries with facets") }
      let pause: Duration? = searches > 0 ? .seconds(Double(readers) / searches) : nil
      _ = load.run(readers: readers, pause: nil, for: .seconds(min(seconds, Self.warmUp))) { _ in }
      var phases: [(name: String, results: QueryLoad.Results, cpu: Double, segments: Int)] = []
      var outcome = ChangeLoad.Outcome()
      for name in ["alone", "changing", "after"] {
        let cpu = Footprint.cpuSeconds
        let results = try load.run(readers: readers, pause: pause, for: .seconds(seconds)) { end in
          guard name == "changing" else { return }
          var changes = ChangeLoad(
            stockRate: stock, productRate: updates, checkpointInterval: .seconds(checkpoint), seed: seed)
          outcome = try changes.run(&catalogue, until: end) { load.publish($0) }
        }
        if let failure = results.failure { throw ValidationError("a search failed: \(failure)") }
        phases.append((name, results, Footprint.cpuSeconds - cpu, try catalogue.writer.refresh().segmentCount))
      }
      let count = try catalogue.writer.refresh().documentCount
      guard count == catalogue.count else {
        throw ValidationError("\(count) products are left of \(catalogue.count), none of which was deleted")
      }
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("documents", count)
      writer.member("cores", ProcessInfo.processInfo.activeProcessorCount)
      writer.member("built", built.seconds)
      writer.key("memory")
      writer.raw(Array(Footprint.memory.utf8))
      writer.key("phases")
      writer.beginObject()
      for (name, results, cpu, segments) in phases {
        writer.key(name)
        writer.beginObject()
        writer.member("cpu_share", cpu / seconds)
        writer.member("segments", segments)
        results.all.write(as: "all", to: &writer)
        for (kind, taken) in zip(load.kinds, results.byKind) { taken.write(as: kind, to: &writer) }
        writer.endObject()
      }
      writer.endObject()
      write(outcome, to: &writer)
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }

    private func write(_ outcome: ChangeLoad.Outcome, to writer: inout JSONWriter) {
      writer.key("changes")
      writer.beginObject()
      writer.member("stock", Double(outcome.stockChanges) / outcome.seconds)
      writer.member("products", Double(outcome.productChanges) / outcome.seconds)
      writer.member("backlog", outcome.backlog)
      writer.member("most_segments", outcome.mostSegments)
      outcome.visible.write(as: "visible", to: &writer)
      outcome.refreshes.write(as: "refreshes", to: &writer)
      outcome.checkpoints.write(as: "checkpoints", to: &writer)
      outcome.checkpointsWritten.write(as: "checkpoints_written", to: &writer)
      writer.endObject()
    }
  }
}
