internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import Logging

extension API {
  /// `POST /v1/admin/rebuilds`.
  func startRebuild(_ call: Call) throws(Problem) -> PreparedAnswer {
    let request = RebuildRequest(verify: call.arguments.flag("verify"), activate: call.arguments.flag("activate"))
    do {
      return PreparedAnswer(status: .accepted, body: try readSide.startRebuild(request).json)
    } catch {
      switch error {
      case .alreadyRunning(let id):
        throw Problem(.rebuildRunning, "rebuild \(id) is running; see /v1/admin/rebuilds/\(id)").retryable(
          afterSeconds: 10)
      case .failed(let reason):
        call.context.logger.error("a rebuild could not be started", metadata: ["error": "\(reason)"])
        throw Problem(.internalError, "the rebuild could not be started; the server's log says why under this id")
      }
    }
  }

  /// `GET /v1/admin/rebuilds/{id}`.
  func rebuild(_ call: Call) throws(Problem) -> Response {
    let id = call.arguments.text("id") ?? ""
    guard let status = readSide.rebuild(id: id) else {
      throw Problem(.unknownRebuild, "there is no rebuild \(id.prefix(80)) since the server started")
    }
    return Self.json(status.json)
  }

  /// `GET /v1/admin/generations`.
  func generations(_ call: Call) -> Response {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("items")
    writer.beginArray()
    for generation in readSide.generations() {
      writer.beginObject()
      writer.member("id", generation.id)
      writer.member("live", generation.isLive)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return Self.json(writer.bytes)
  }
}

extension RebuildStatus {
  /// `{id, state, generation, applied, total, activated, models: [{name, checksum, equal}], error}`.
  var json: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("id", id)
    writer.member("state", state.rawValue)
    writer.member("generation", orNull: generation)
    writer.key("applied")
    writer.integer(applied)
    writer.key("total")
    writer.integer(total)
    writer.member("activated", activated)
    writer.key("models")
    writer.beginArray()
    for model in models {
      writer.beginObject()
      writer.member("name", model.name)
      writer.member("checksum", model.checksum)
      writer.key("equal")
      if let equal = model.equal { writer.bool(equal) } else { writer.null() }
      writer.endObject()
    }
    writer.endArray()
    if let error { writer.member("error", error) }
    writer.endObject()
    return writer.bytes
  }
}
