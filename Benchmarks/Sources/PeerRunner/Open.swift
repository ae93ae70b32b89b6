import ArgumentParser
import JSONBytes
import SearchEngine

extension PeerRunner {
  /// What a process takes from its start on an index that is there to its first answers.
  struct Open: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Time opening an index, and its first answers.")

    @Argument(help: "The index.") var directory: String
    @Argument(help: "single or multi, as it was built.") var fields: String
    @Argument(help: "The queries; the first of each kind for this index is asked.") var queries: String

    func run() throws {
      let asked = try PeerQuery.read(queries).compactMap { $0.queries.first }.filter { $0.index == fields }
      let requests = try asked.map(XopixEngine.request)
      guard let first = requests.first else { throw ValidationError("\(queries) has no query for the index \(fields)") }
      let clock = ContinuousClock()
      let start = clock.now
      let snapshot = try XopixEngine.open(directory, isMulti: fields == "multi")
      let opened = clock.now - start
      _ = try snapshot.search(first)
      let answered = clock.now - start
      for request in requests.dropFirst() { _ = try snapshot.search(request) }
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("documents", snapshot.documentCount)
      writer.member("opened", opened.seconds)
      writer.member("answered", answered.seconds)
      writer.member("all", (clock.now - start).seconds)
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }
}
