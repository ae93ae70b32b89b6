internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import Logging
internal import Projections
internal import ShopEvents

extension API {
  /// `POST /v1/events`: all of the request's events, or none.
  func publishEvents(_ call: Call) async throws -> PreparedAnswer {
    let (values, isBatch) = try Self.events(in: call.body)
    let now = configuration.now()
    var events: [PublishableEvent] = []
    events.reserveCapacity(values.count)
    var errors: [FieldError] = []
    for (index, value) in values.enumerated() {
      do {
        events.append(try PublishableEvent(checking: value, now: now))
      } catch {
        let base = isBatch ? "/\(index)" : ""
        errors.append(
          FieldError(
            kind: .invalidEvent, location: .body, pointer: base + (error.pointer ?? ""), detail: error.message,
            code: error.code, index: index))
      }
    }
    guard errors.isEmpty else {
      let first = errors[0]
      let which = isBatch ? "\(errors.count) of \(values.count) events; first, event \(first.index ?? 0): " : ""
      throw Problem(.invalidEvent, which + first.detail, errors: errors)
    }
    do {
      let position = try await readSide.publish(events)
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("accepted", events.count)
      writer.member("position", position.token)
      writer.endObject()
      return PreparedAnswer(status: .accepted, body: writer.bytes)
    } catch {
      switch error {
      case .unavailable(let reason):
        call.context.logger.error("events could not be published", metadata: ["error": "\(reason)"])
        throw Problem(.storageUnavailable, "the log takes no events now; they may be sent again").retryable(
          afterSeconds: 5)
      }
    }
  }

  private static func events(in body: RequestBody.Content) throws(Problem) -> (values: [JSONValue], isBatch: Bool) {
    switch body.value {
    case .array(let values):
      guard body.mediaType != "application/cloudevents+json" else {
        throw Problem(
          .invalidBody, "application/cloudevents+json is one event; a list is application/cloudevents-batch+json")
      }
      guard !values.isEmpty else { throw Problem(.invalidBody, "the list holds no event") }
      guard values.count <= Limits.mostEvents else {
        throw Problem(.bodyTooLarge, "a request holds at most \(Limits.mostEvents) events, not \(values.count)")
      }
      return (values, true)
    case .object:
      guard body.mediaType != "application/cloudevents-batch+json" else {
        throw Problem(.invalidBody, "application/cloudevents-batch+json is a list of events")
      }
      return ([body.value], false)
    default: throw Problem(.invalidBody, "the body must be an event or a list of events")
    }
  }
}
