internal import ArgumentParser
internal import Foundation
internal import JSONBytes
internal import XopixServer

struct RebuildCommand: AsyncParsableCommand {
  enum Model: String, ExpressibleByArgument, CaseIterable { case all, search, analytics, fraud }

  static let configuration = CommandConfiguration(
    commandName: "rebuild", abstract: "Build the read models anew from the log, beside the live ones.",
    discussion: """
      On a running server, or with --data on a data directory that no server holds. Ends with each model's checksum and,
      with --verify, whether it equals the live one's: a difference is a failure, and nothing is activated.

      Examples:
        xopix rebuild all --verify
        xopix rebuild all --verify --activate --data ./data
        xopix rebuild search --to-offset products:0:1500 --data ./data
      """)

  @Argument(help: "Which model's result to print: all, search, analytics or fraud.") var model: Model = .all
  @Option(help: "Read only to an offset of a partition, TOPIC:PARTITION:OFFSET; may be repeated.") var toOffset:
    [String] = []
  @Option(help: "Read only records stamped up to a time (RFC 3339).") var toTime: String?
  @Flag(help: "Make the new generation the live one.") var activate = false
  @Flag(help: "Compare with the live generation.") var verify = false
  @Option(help: "The server, HOST:PORT.") var http: String?
  @Option(help: "A data directory that no server holds.") var data: String?
  @Option(help: "The directory that holds `fixtures` and `dashboards`.") var assets: String?

  func validate() throws {
    if http != nil, data != nil { throw ValidationError("--http and --data exclude each other.") }
    if verify, !toOffset.isEmpty || toTime != nil {
      throw ValidationError("--verify compares with the live models, which reflect the whole log: leave out --to-….")
    }
    if data == nil, !toOffset.isEmpty || toTime != nil {
      throw ValidationError("--to-offset and --to-time need --data.")
    }
    if activate, !toOffset.isEmpty || toTime != nil {
      throw ValidationError("A generation of a past moment can't be activated.")
    }
  }

  func run() async throws {
    let report: [RebuildResult]
    if let data { report = try offline(data: data) } else { report = try await onServer() }
    var failed = false
    for result in report where model == .all || model.rawValue == result.model {
      var line = "\(result.model) \(result.checksum)"
      if let isEqual = result.equalsLive {
        line += isEqual ? " equal" : " differs from the live model"
        failed = failed || !isEqual
      }
      print(line)
    }
    if failed { throw CommandFailure(.failed, "the new models differ from the live ones; nothing was activated") }
  }

  private func offline(data: String) throws -> [RebuildResult] {
    var limits: [String] = toOffset
    limits.removeAll { $0.isEmpty }
    let progress = ProgressLine()
    defer { progress.end() }
    do throws(StartFailure) {
      return try OfflineRebuild(data: data, assets: assets, offsets: limits, time: toTime).run(
        verify: verify, activate: activate
      ) { progress.show("\($0) of \($1) batches") }
    } catch {
      switch error {
      case .configuration(let reason): throw CommandFailure(.configuration, reason)
      case .damagedData(let reason): throw CommandFailure(.damagedData, reason)
      case .inUse(let reason): throw CommandFailure(.failed, reason)
      }
    }
  }

  private func onServer() async throws -> [RebuildResult] {
    let client = APIClient(host: http ?? defaultHTTP())
    let body = "{\"models\":\"all\",\"verify\":\(verify),\"activate\":\(activate)}"
    var status = try await client.post(
      "/v1/admin/rebuilds", Array(body.utf8), idempotencyKey: UUID().uuidString
    ).json()
    guard let id = status["id"]?.text else { throw CommandFailure(.failed, "the server did not start a rebuild") }
    let progress = ProgressLine()
    defer { progress.end() }
    while status["state"]?.text == "running" {
      try await Task.sleep(for: .milliseconds(200))
      status = try await client.get("/v1/admin/rebuilds/\(id)").json()
      progress.show("\(status["applied"]?.integerValue ?? 0) of \(status["total"]?.integerValue ?? 0) batches")
    }
    if let reason = status["error"]?.text { throw CommandFailure(.failed, reason) }
    return (status["models"]?.elements ?? []).map { model in
      var isEqual: Bool?
      if case .bool(let flag)? = model["equal"] { isEqual = flag }
      return RebuildResult(
        model: model["name"]?.text ?? "", checksum: model["checksum"]?.text ?? "", equalsLive: isEqual)
    }
  }
}
