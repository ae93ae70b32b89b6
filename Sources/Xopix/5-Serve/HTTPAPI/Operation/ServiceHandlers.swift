internal import HTTPTypes
internal import Hummingbird
internal import JSONBytes
internal import NIOCore
internal import Telemetry

extension API {
  /// `GET /metrics`.
  func renderMetrics(_ call: Call) -> Response {
    Response(
      status: .ok, headers: [.contentType: PrometheusRegistry.mediaType],
      body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.render())))
  }

  /// `GET /healthz`: the process lives, whatever else is wrong.
  func health(_ call: Call) -> Response {
    Self.status("ok")
  }

  /// `GET /readyz`.
  func readiness(_ call: Call) throws(Problem) -> Response {
    var reasons: [String] = []
    if case .notReady(let given) = readSide.readiness() { reasons = given }
    if configuration.drain.isDraining { reasons.append("the server stops") }
    guard !reasons.isEmpty else { return Self.status("ready") }
    var problem = Problem(.notReady, reasons.joined(separator: "; "))
    problem.members = [("reasons", .array(reasons.map(JSONValue.string)))]
    throw problem.retryable(afterSeconds: 1)
  }

  /// `GET /version`.
  func version(_ call: Call) -> Response {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("name", "xopix")
    writer.member("version", configuration.version)
    writer.member("generation", readSide.generation)
    writer.endObject()
    return Self.json(writer.bytes)
  }

  private static func status(_ text: String) -> Response {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", text)
    writer.endObject()
    return json(writer.bytes)
  }
}
