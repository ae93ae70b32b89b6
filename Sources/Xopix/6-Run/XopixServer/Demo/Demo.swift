internal import ByteCoding
internal import Foundation
internal import HTTPAPI
internal import JSONBytes
internal import Logging
internal import ServiceLifecycle
internal import ShopEvents
internal import WriteSide

/// A server with the bundled catalogue and simulated live traffic.
public struct Demo: Sendable {
  private let products: Int?
  private let seed: UInt64
  private let sessionsPerSecond: Double
  private let keepsData: Bool

  /// A demo.
  ///
  /// - Parameters:
  ///   - products: how many products there are; nil for the bundled ones.
  ///   - seed: equal seeds give equal shops.
  ///   - sessionsPerSecond: how many shoppers come each second.
  ///   - keepsData: whether the data directory is the caller's; otherwise one is made and removed at the end.
  public init(products: Int?, seed: UInt64, sessionsPerSecond: Double, keepsData: Bool) {
    self.products = products
    self.seed = seed
    self.sessionsPerSecond = sessionsPerSecond
    self.keepsData = keepsData
  }

  /// Serves until the process is asked to end; throws as ``Server/run()`` does.
  public func run(configuration given: Configuration) async throws {
    guard given.source == .embedded else {
      throw StartFailure.configuration(
        reason: "the demo publishes events that never happened, to a log of its own; leave out source")
    }
    var configuration = given
    if !keepsData {
      configuration.data = FileManager.default.temporaryDirectory.path + "/xopix-demo-\(UUID().uuidString)"
    }
    defer {
      // What can't be removed is in a temporary directory: the system will see to it.
      if !keepsData { try? FileManager.default.removeItem(atPath: configuration.data) }
    }
    let traffic = DemoTraffic(products: products, seed: seed, sessionsPerSecond: sessionsPerSecond)
    let server = Server(
      configuration: configuration, companions: [{ DemoService(traffic: traffic, server: $0) }],
      onReady: { running in
        let address = running.http ?? ""
        // Written at once, also where standard output is a file: somebody waits for the addresses.
        FileHandle.standardOutput.write(
          Data("Storefront  \(address)/\nDashboards  \(address)/dashboards/\nPress Ctrl-C to stop.\n".utf8))
      })
    try await server.run()
  }
}

/// What the demo publishes.
private struct DemoTraffic: Sendable {
  let products: Int?
  let seed: UInt64
  let sessionsPerSecond: Double

  /// The history that dashboards show at the beginning, in seconds, and how busy it was.
  private static let history: Int64 = 24 * 3600
  private static let historyRate = 0.1
  /// How often live events are published.
  private static let tick: Duration = .milliseconds(250)
  private static let batch = 2000

  func run(on server: RunningServer) async throws {
    let text = try server.assets.text("fixtures/catalogue/products.ndjson")
    var base: [JSONValue] = []
    for line in text.split(separator: "\n") { base.append(try JSONValue.parse(Array(line.utf8))) }
    let generator = CatalogueGenerator(seed: seed, count: products ?? base.count, base: base)
    var pending: [OutgoingEvent] = []
    for event in generator {
      pending.append(event)
      if pending.count == Self.batch {
        try await publish(pending, to: server)
        pending = []
      }
    }
    try await publish(pending, to: server)
    server.logger.notice("the catalogue is published", metadata: ["products": "\(generator.count)"])
    let start = Clock.now()
    var simulation = TrafficSimulator.Configuration()
    simulation.sessionsPerSecond = sessionsPerSecond
    simulation.followsTheClock = false
    var shop = TrafficSimulator(
      seed: seed, products: generator.trafficCatalogue(),
      start: Timestamp(rawValue: start.rawValue - Self.history * 1_000_000), configuration: simulation)
    // Minute by minute, so that partitions stay abreast in event time, as they would have.
    var past: [[OutgoingEvent]] = []
    shop.backfill(from: shop.time, to: start, sessionsPerSecond: Self.historyRate) { past.append($0) }
    for minute in past { try await publish(minute, to: server) }
    server.logger.notice(
      "a day of history is published", metadata: ["events": "\(past.reduce(0) { $0 + $1.count })"])
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      try await publish(shop.next(until: Clock.now()), to: server)
      try await Task.sleep(for: Self.tick)
    }
  }

  private func publish(_ events: [OutgoingEvent], to server: RunningServer) async throws {
    guard !events.isEmpty else { return }
    _ = try await server.readSide.publish(
      events.map { PublishableEvent(topic: $0.topic, key: $0.key, value: $0.value) })
  }
}

/// Publishes the demo's events while the server runs.
private struct DemoService: Service {
  let traffic: DemoTraffic
  let server: RunningServer

  func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await traffic.run(on: server) }
    } catch is CancellationError {
      return
    }
  }
}
