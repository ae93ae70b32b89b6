internal import AnalyticsModel
internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import NIOCore
internal import Streams

extension API {
  /// `GET /v1/analytics/views`.
  func views(_ call: Call) -> Response {
    var writer = JSONWriter(capacity: 8192)
    writer.beginObject()
    writer.key("items")
    writer.beginArray()
    for view in readSide.analytics.views {
      writer.beginObject()
      view.writeDescription(to: &writer)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return Self.json(writer.bytes)
  }

  /// `GET /v1/analytics/views/{name}`.
  func view(_ call: Call) throws(Problem) -> Response {
    let view = try Self.view(call.arguments.text("name") ?? "", in: readSide.analytics)
    let answer: ViewAnswer
    do {
      answer = try view.answer(Self.query(call.arguments))
    } catch {
      guard case .invalidQuery(let parameter, let reason) = error else { throw Problem(.internalError, "\(error)") }
      throw Problem([
        FieldError(kind: .invalidParameter, location: .query, pointer: "/" + parameter, detail: reason)
      ])
    }
    guard answer.rows.count <= Limits.mostRows else {
      throw Problem(
        .invalidParameter,
        "the answer has \(answer.rows.count) rows, more than \(Limits.mostRows); narrow from and to, or give step, by or top"
      )
    }
    guard Self.wantsCSV(call) else {
      var writer = JSONWriter(capacity: 256 + answer.rows.count * 64)
      writer.beginObject()
      view.writeDescription(to: &writer)
      answer.writeMembers(to: &writer)
      writer.endObject()
      return Self.json(writer.bytes)
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "text/csv; charset=utf-8; header=present",
        .contentDisposition: "attachment; filename=\"\(view.definition.name).csv\"",
      ],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: ViewCSV.bytes(of: answer))))
  }

  static func view(_ name: String, in analytics: AnalyticsSnapshot) throws(Problem) -> ViewState {
    guard let view = analytics.view(name) else {
      let known = analytics.views.map(\.definition.name)
      throw Problem(.unknownView, "there is no view \(name.prefix(80))" + Suggestion.text(for: name, among: known))
    }
    return view
  }

  private static func query(_ arguments: Arguments) -> ViewQuery {
    var query = ViewQuery()
    query.from = arguments.time("from")
    query.to = arguments.time("to")
    query.joinsAllWindows = arguments.isWholeRange("step")
    query.stepSeconds = arguments.duration("step")?.components.seconds
    if arguments.has("by") { query.keys = arguments.list("by") }
    query.top = arguments.integer("top")
    return query
  }

  private static func wantsCSV(_ call: Call) -> Bool {
    if let format = call.arguments.text("format") { return format == "csv" }
    return call.request.headers[.accept]?.lowercased().hasPrefix("text/csv") ?? false
  }
}

extension ViewState {
  /// Writes what the view is into the object that is open.
  func writeDescription(to writer: inout JSONWriter) {
    writer.member("name", definition.name)
    writer.member("description", definition.description)
    writer.member("source", definition.source)
    Self.write(definition.filter, to: &writer)
    writer.member("window_seconds", Int(definition.windowSeconds))
    writer.key("keys")
    writer.beginArray()
    for key in definition.keys { writer.string(key) }
    writer.endArray()
    writer.key("aggregates")
    writer.beginArray()
    for aggregate in definition.aggregates {
      writer.beginObject()
      writer.member("name", aggregate.name)
      writer.member("function", aggregate.function.rawValue)
      writer.member("column", orNull: aggregate.column)
      Self.write(aggregate.filter, to: &writer)
      writer.member("unit", orNull: aggregate.unit)
      writer.endObject()
    }
    writer.endArray()
    writer.member("kept_rows", rowCount)
    writer.member("late_events", Int(clamping: lateCount))
    writer.member("dropped_events", Int(clamping: droppedCount))
  }

  private static func write(_ filter: [String: String], to writer: inout JSONWriter) {
    writer.key("where")
    writer.beginObject()
    for (column, text) in filter.sorted(by: { $0.key < $1.key }) { writer.member(column, text) }
    writer.endObject()
  }
}
