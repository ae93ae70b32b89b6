internal import ArgumentParser
internal import Foundation
internal import JSONBytes
internal import XopixServer

struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publish events, one JSON object a line.",
    discussion: """
      Events are CloudEvents in structured mode. A server checks each one and says what is wrong with those it refuses;
      with --unchecked and --data, lines are appended to a log that no server holds, just as a client of the log would.

      Examples:
        xopix publish --topic products products.ndjson
        generate | xopix publish --topic orders --http 127.0.0.1:8080 -
      """)

  @Option(help: "The topic that the events are for.") var topic: String
  @Option(help: "The server to publish to, HOST:PORT.") var http: String?
  @Option(help: "Append to the log of this data directory, which no server may hold.") var data: String?
  @Flag(help: "Do not check the events; needs --data.") var unchecked = false
  @Option(help: "Events in one request.") var batch = 500
  @Flag(help: "Print the summary as JSON.") var json = false
  @Argument(help: "Files of events; - is standard input.") var files: [String]

  func validate() throws {
    guard unchecked == (data != nil) else { throw ValidationError("--unchecked and --data go together.") }
    guard (1...10_000).contains(batch) else { throw ValidationError("--batch must be from 1 to 10000.") }
  }

  func run() async throws {
    var publication = Publication(topic: topic)
    let progress = ProgressLine()
    if let data {
      try await ServerFailure.reported {
        let log = try OfflineLog(data: data)
        try await publication.run(files: files, batch: batch, progress: progress) { lines in
          try await log.append(lines.map(\.text), to: topic)
          return []
        }
        try log.close()
      }
    } else {
      let client = APIClient(host: http ?? defaultHTTP())
      try await publication.run(files: files, batch: batch, progress: progress) { lines in
        try await Publication.publish(lines, for: topic, through: client)
      }
    }
    progress.end()
    publication.summary.print(asJSON: json)
    if publication.summary.refused > 0 { throw ExitCode(CommandFailure.Kind.failed.rawValue) }
  }
}

/// The server that commands speak to where no flag names one.
func defaultHTTP() -> String {
  ProcessInfo.processInfo.environment["XOPIX_HTTP"] ?? Configuration().http.description
}

/// What became of published events.
struct PublicationSummary {
  var events = 0
  var refused = 0
  /// Rows that were read; for imports.
  var rows: Int?
  let started = ContinuousClock.now

  func print(asJSON: Bool) {
    let seconds =
      Double((ContinuousClock.now - started).components.seconds)
      + Double((ContinuousClock.now - started).components.attoseconds) / 1e18
    let rate = seconds > 0 ? Double(events) / seconds : 0
    if asJSON {
      var writer = JSONWriter()
      writer.beginObject()
      if let rows {
        writer.key("rows")
        writer.integer(Int64(rows))
      }
      writer.key("events")
      writer.integer(Int64(events))
      writer.key("refused")
      writer.integer(Int64(refused))
      writer.key("seconds")
      writer.double((seconds * 1000).rounded() / 1000)
      writer.key("events_per_second")
      writer.double(rate.rounded())
      writer.endObject()
      Swift.print(String(decoding: writer.bytes, as: UTF8.self))
    } else {
      let read = rows.map { "\($0) rows, " } ?? ""
      Swift.print(
        "\(read)\(events) events in \(String(format: "%.1f", seconds)) s (\(Int(rate))/s), \(refused) refused")
    }
  }
}

/// Publishes the lines of files in batches, and tells apart what is refused.
struct Publication {
  let topic: String
  var summary = PublicationSummary()
  private var line = 0

  /// The refused lines that are shown one by one.
  private static let mostShown = 20

  init(topic: String) { self.topic = topic }

  /// A line with its number.
  struct Line: Sendable {
    let number: Int
    let text: [UInt8]
  }

  mutating func run(
    files: [String], batch: Int, progress: ProgressLine, send: ([Line]) async throws -> [(Line, String)]
  ) async throws {
    var lines: [Line] = []
    for file in files {
      line = 0
      let reader = try LineReader(path: file)
      while let text = try reader.next() {
        line += 1
        if text.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) { continue }
        lines.append(Line(number: line, text: text))
        if lines.count == batch {
          try await flush(&lines, file: file, progress: progress, send: send)
        }
      }
      try await flush(&lines, file: file, progress: progress, send: send)
    }
  }

  private mutating func flush(
    _ lines: inout [Line], file: String, progress: ProgressLine, send: ([Line]) async throws -> [(Line, String)]
  ) async throws {
    guard !lines.isEmpty else { return }
    let refused = try await send(lines)
    for (line, reason) in refused {
      if summary.refused < Self.mostShown { progress.message("\(file):\(line.number): \(reason)") }
      summary.refused += 1
    }
    summary.events += lines.count - refused.count
    progress.show("\(summary.events) events, \(summary.refused) refused")
    lines.removeAll(keepingCapacity: true)
  }

  /// Publishes lines in one request; where some are refused, they are told and the others published.
  static func publish(_ lines: [Line], for topic: String, through client: APIClient) async throws -> [(Line, String)] {
    var refused: [(Line, String)] = []
    var sendable: [Line] = []
    for line in lines {
      do throws(JSONError) {
        let event = try JSONValue.parse(line.text)
        guard let type = eventType(of: event) else {
          refused.append((line, "it has no type"))
          continue
        }
        guard EventTopics.topic(ofType: type) == topic else {
          refused.append((line, "events of type \(type) are not for the topic \(topic)"))
          continue
        }
        sendable.append(line)
      } catch {
        refused.append((line, "\(error)"))
      }
    }
    while !sendable.isEmpty {
      let answer = try await client.post("/v1/events", array(of: sendable), idempotencyKey: UUID().uuidString)
      if answer.status == 202 { break }
      let reasons = reasons(in: answer)
      guard answer.status == 400, !reasons.isEmpty else {
        _ = try answer.json()
        break
      }
      refused += reasons.compactMap { index, reason in
        sendable.indices.contains(index) ? (sendable[index], reason) : nil
      }
      sendable = sendable.enumerated().filter { reasons[$0.offset] == nil }.map(\.element)
    }
    return refused.sorted { $0.0.number < $1.0.number }
  }

  private static func eventType(of event: JSONValue) -> String? {
    guard case .object(let object) = event, case .string(let type)? = object["type"] else { return nil }
    return type
  }

  private static func array(of lines: [Line]) -> [UInt8] {
    [UInt8(ascii: "[")] + lines.map(\.text).joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
  }

  /// The reason for each refused event, by its index, from a problem document.
  private static func reasons(in answer: APIClient.Answer) -> [Int: String] {
    guard case .object(let problem)? = try? JSONValue.parse(answer.body), case .array(let errors)? = problem["errors"]
    else { return [:] }
    var reasons: [Int: String] = [:]
    for case .object(let error) in errors {
      guard case .string(let pointer)? = error["pointer"], case .string(let detail)? = error["detail"],
        let index = pointer.split(separator: "/").first.flatMap({ Int($0) })
      else { continue }
      reasons[index] = detail
    }
    return reasons
  }
}
