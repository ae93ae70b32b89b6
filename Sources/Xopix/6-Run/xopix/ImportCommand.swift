internal import ArgumentParser
internal import Foundation
internal import JSONBytes
internal import WriteSide

struct ImportCommand: AsyncParsableCommand {
  enum Kind: String, ExpressibleByArgument, CaseIterable { case products, orders, payments }

  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn files of products, orders or payments into events and publish them.",
    discussion: """
      Reads JSON arrays, JSON lines and CSV, also compressed (.gz, .xz, .zst); a mapping says which columns become what.
      Importing the same file again changes nothing: events are known by their ids.

      Examples:
        xopix import products catalogue.jsonl.gz --mapping fixtures/mappings/icecat-products.yaml
        xopix import orders orders.csv.xz --mapping fixtures/mappings/uci-orders.yaml --dry-run
      """)

  @Argument(help: "What the files hold: products, orders or payments.") var kind: Kind
  @Argument(help: "The files.") var files: [String]
  @Option(help: "The mapping, a YAML file.") var mapping: String
  @Option(help: "The server to publish to, HOST:PORT.") var http: String?
  @Option(help: "Events in one request.") var batch = 1000
  @Flag(help: "Stop at the first row that can't be mapped.") var strict = false
  @Flag(name: .customLong("dry-run"), help: "Map and count, but publish nothing.") var dryRun = false
  @Flag(help: "Print the summary as JSON.") var json = false

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("Name at least one file.") }
    guard (1...10_000).contains(batch) else { throw ValidationError("--batch must be from 1 to 10000.") }
  }

  func run() async throws {
    let text: String
    do {
      text = try String(contentsOfFile: mapping, encoding: .utf8)
    } catch {
      throw CommandFailure(.configuration, "\(mapping) can't be read: \(error.localizedDescription)")
    }
    let importer: Importer
    do {
      importer = Importer(mapping: try ImportMapping(yaml: text, file: mapping), strict: strict)
    } catch {
      throw CommandFailure(.configuration, "\(error)")
    }
    guard importer.mapping.topics.contains(kind.rawValue) else {
      throw CommandFailure(
        .configuration, "\(mapping) makes events for \(importer.mapping.topics.sorted()), not for \(kind.rawValue)")
    }
    let client = APIClient(host: http ?? defaultHTTP())
    let progress = ProgressLine()
    var summary = PublicationSummary()
    summary.rows = 0
    for file in files {
      let publisher = ImportPublisher(client: client, file: file, batch: batch, isDry: dryRun, progress: progress)
      do {
        let done = try await publisher.run(importer)
        summary.rows = (summary.rows ?? 0) + done.rows
        summary.events += done.events
        summary.refused += done.refusedCount
        for row in done.refused.prefix(20) { progress.message("\(file): row \(row.row): \(row.reason)") }
      } catch let failure as CommandFailure {
        throw failure
      } catch {
        throw CommandFailure(.failed, "\(file): \(error)")
      }
    }
    progress.end()
    summary.print(asJSON: json)
    if summary.refused > 0 { throw ExitCode(CommandFailure.Kind.failed.rawValue) }
  }
}

/// Publishes what an importer makes of one file, batch after batch, each under an idempotency key of its own.
private struct ImportPublisher {
  let client: APIClient
  let file: String
  let batch: Int
  let isDry: Bool
  let progress: ProgressLine
  /// Tells this run's requests from those of other runs.
  private let run = UUID().uuidString

  init(client: APIClient, file: String, batch: Int, isDry: Bool, progress: ProgressLine) {
    self.client = client
    self.file = file
    self.batch = batch
    self.isDry = isDry
    self.progress = progress
  }

  func run(_ importer: Importer) async throws -> ImportSummary {
    // The importer reads and maps on a thread of its own and hands over a few batches ahead; `AsyncStream` elements are
    // whole batches.
    let (batches, continuation) = AsyncThrowingStream<[OutgoingEvent], any Error>.makeStream()
    let gate = DispatchSemaphore(value: 4)
    let path = file
    let size = batch
    let reading = Task.detached { () throws -> ImportSummary in
      do {
        var pending: [OutgoingEvent] = []
        let summary = try importer.run(file: path) { events in
          pending += events
          while pending.count >= size {
            gate.waitForPlace()
            continuation.yield(Array(pending.prefix(size)))
            pending.removeFirst(size)
          }
        }
        if !pending.isEmpty { continuation.yield(pending) }
        continuation.finish()
        return summary
      } catch {
        continuation.finish(throwing: error)
        throw error
      }
    }
    var number = 0
    var published = 0
    for try await events in batches {
      gate.signal()
      number += 1
      if !isDry { try await publish(events, number: number) }
      published += events.count
      progress.show("\(file): \(published) events")
    }
    return try await reading.value
  }

  private func publish(_ events: [OutgoingEvent], number: Int) async throws {
    let body =
      [UInt8(ascii: "[")] + events.map(\.value).joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    let answer = try await client.post("/v1/events", body, idempotencyKey: "\(run)-\(number)")
    _ = try answer.json()
  }
}

extension DispatchSemaphore {
  /// Waits for a place; a name of its own since `wait` may not be called where a task could be suspended, and here none
  /// can: the caller is a synchronous callback.
  fileprivate func waitForPlace() { wait() }
}
