internal import AnalyticsModel
internal import ByteCoding
internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import NIOCore
internal import Streams

extension API {
  /// `GET /v1/analytics/stream`.
  func viewStream(_ call: Call) throws(Problem) -> Response {
    let analytics = readSide.analytics
    let asked = call.arguments.list("views")
    let names = asked.isEmpty ? analytics.views.map(\.definition.name) : asked
    for name in names { _ = try Self.view(name, in: analytics) }
    guard !streams.isFull else {
      throw Problem(.tooManyStreams, "\(Limits.mostStreams) streams are open, the most there may be").retryable(
        afterSeconds: 5)
    }
    let stream = ViewStream(
      names: names, readSide: readSide, configuration: configuration, run: run,
      resumesAfter: call.request.headers[.lastEventID])
    let counter = streams
    return Response(
      status: .ok,
      headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no"],
      body: ResponseBody { writer in
        counter.begin()
        defer { counter.end() }
        try await stream.write(to: &writer)
        try await writer.finish(nil)
      })
  }
}

extension HTTPField.Name {
  /// Tells proxies not to hold the stream back.
  static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .contentType
}

/// Views as server-sent events, for one client.
///
/// An event's id is the run of the process, the generation and the version of the snapshot: versions of another run or
/// generation mean nothing here, and such a client starts with a snapshot again.
struct ViewStream: Sendable {
  let names: [String]
  let readSide: any ReadSide
  let configuration: APIConfiguration
  /// Names the run of the process.
  let run: String
  let resumesAfter: String?

  /// A snapshot reaches back so far before the view's newest window, in microseconds: two days.
  private static let reach: Int64 = 48 * 3600 * 1_000_000
  /// The rows of one event; where more changed, the newest windows are told.
  static let mostRows = 20_000

  @concurrent
  func write(to writer: inout any ResponseBodyWriter) async throws {
    try await writer.write(ByteBuffer(bytes: ServerSentEvent.retry))
    var generation = readSide.generation
    var analytics = readSide.analytics
    var version: UInt64
    if let known = knownVersion(generation), known <= analytics.version {
      version = known
      try await send(changesIn: analytics, after: version, generation: generation, to: &writer)
    } else {
      for name in names { try await send(snapshotOf: name, in: analytics, generation: generation, to: &writer) }
    }
    version = analytics.version
    var lastSent = ContinuousClock.now
    while !configuration.drain.isDraining {
      try await Task.sleep(for: configuration.streamInterval)
      let currentGeneration = readSide.generation
      analytics = readSide.analytics
      if currentGeneration != generation {
        generation = currentGeneration
        for name in names { try await send(snapshotOf: name, in: analytics, generation: generation, to: &writer) }
        lastSent = .now
      } else if analytics.version != version {
        try await send(changesIn: analytics, after: version, generation: generation, to: &writer)
        lastSent = .now
      } else if ContinuousClock.now - lastSent >= configuration.heartbeatInterval {
        try await writer.write(ByteBuffer(bytes: ServerSentEvent.heartbeat))
        lastSent = .now
      }
      version = analytics.version
    }
  }

  private func knownVersion(_ generation: String) -> UInt64? {
    guard let parts = resumesAfter?.split(separator: ":"), parts.count == 3, parts[0] == run, parts[1] == generation
    else { return nil }
    return UInt64(parts[2])
  }

  @concurrent
  private func send(
    changesIn analytics: AnalyticsSnapshot, after version: UInt64, generation: String,
    to writer: inout any ResponseBodyWriter
  ) async throws {
    for name in names {
      guard let view = analytics.view(name) else { continue }
      guard let changed = analytics.changes(of: name, after: version), changed.count <= Self.mostRows else {
        try await send(snapshotOf: name, in: analytics, generation: generation, to: &writer)
        continue
      }
      let rows = changed.compactMap(view.row)
      guard !rows.isEmpty else { continue }
      try await send("change", view, rows, version: analytics.version, generation: generation, to: &writer)
    }
  }

  @concurrent
  private func send(
    snapshotOf name: String, in analytics: AnalyticsSnapshot, generation: String,
    to writer: inout any ResponseBodyWriter
  ) async throws {
    guard let view = analytics.view(name) else { return }
    try await send(
      "snapshot", view, view.latestRows(within: Self.reach, most: Self.mostRows), version: analytics.version,
      generation: generation, to: &writer)
  }

  @concurrent
  private func send(
    _ name: String, _ view: ViewState, _ rows: [[StreamValue]], version: UInt64, generation: String,
    to writer: inout any ResponseBodyWriter
  ) async throws {
    var json = JSONWriter(capacity: 512 + rows.count * 64)
    json.beginObject()
    json.member("view", view.definition.name)
    ViewAnswer.writeColumns(view.columns, to: &json)
    json.key("rows")
    json.beginArray()
    for row in rows { ViewAnswer.writeRow(row, to: &json) }
    json.endArray()
    json.member("watermark", orNull: view.watermark?.rfc3339)
    json.member("final_before", orNull: view.finalBefore?.rfc3339)
    json.endObject()
    let event = ServerSentEvent(name: name, id: "\(run):\(generation):\(version)", data: json.bytes)
    try await writer.write(ByteBuffer(bytes: event.bytes))
  }
}
