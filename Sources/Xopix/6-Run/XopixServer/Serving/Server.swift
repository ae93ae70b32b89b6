internal import ByteCoding
internal import Foundation
internal import EventLog
internal import EventSources
internal import HTTPAPI
internal import KafkaBroker
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Projections
internal import SchemaRegistry
internal import ServiceLifecycle
internal import ShopEvents
internal import Telemetry
internal import UnixSignals

/// The whole of Xopix in one process: log, read models, HTTP and pages.
public struct Server: Sendable {
  private let configuration: Configuration
  private let companions: [@Sendable (RunningServer) -> any Service]
  private let onReady: @Sendable (RunningServer) -> Void

  /// A server that is configured so.
  public init(configuration: Configuration) {
    self.init(configuration: configuration, companions: [], onReady: { _ in })
  }

  /// A server with services that run beside it, and end with it.
  init(
    configuration: Configuration, companions: [@Sendable (RunningServer) -> any Service],
    onReady: @escaping @Sendable (RunningServer) -> Void
  ) {
    self.configuration = configuration
    self.companions = companions
    self.onReady = onReady
  }

  /// Serves until the process is asked to end (SIGTERM or SIGINT): then requests under way are answered, the read
  /// models checkpointed, and the log made durable.
  ///
  /// Throws ``StartFailure`` or ``ConfigurationError`` where serving can't begin.
  public func run() async throws {
    try configuration.validate()
    if case .kafka(let brokers) = configuration.source, let kafka = configuration.kafka, brokers.contains(kafka) {
      throw StartFailure.configuration(
        reason: "source and kafka are both \(kafka): the server would follow itself; give it another --kafka, or off")
    }
    DescriptorLimit.raise()
    let logger = logger()
    let parts: Parts
    do { parts = try await open(logger) } catch { throw StartFailure(error) }
    let drain = DrainSignal()
    let running = RunningServer(readSide: parts.readSide, assets: parts.assets, logger: logger)
    let registry = PrometheusRegistry()
    let application: any ApplicationProtocol
    let broker: BrokerServer?
    let schemas: RegistryService?
    do {
      schemas = try await openRegistry(parts, logger)
      parts.security.tell(logger)
      broker = try await startBroker(parts, registry, schemas: schemas?.registry, logger)
      application = try makeApplication(parts, registry, drain: drain, logger: logger) { port in
        logger.notice("the server listens", metadata: ["http": "http://\(hostAndPort(port))"])
        running.note(address: "http://\(hostAndPort(port))")
        onReady(running)
      }
    } catch {
      parts.stop()
      throw StartFailure(error)
    }
    // Services end in the reverse order, each after the one before: streams must end before HTTP can.
    var services: [any Service] = [application, CleaningService(log: parts.readSide.log, logger: logger)]
    if let schemas { services.append(schemas) }
    if let broker { services.append(BrokerService(broker: broker)) }
    if configuration.auth != nil || configuration.tls != nil {
      services.append(ReloadService(security: parts.security, logger: logger))
    }
    services += companions.map { $0(running) }
    services.append(DrainService(drain: drain))
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map {
          ServiceGroupConfiguration.ServiceConfiguration(
            service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
            failureTerminationBehavior: .gracefullyShutdownGroup)
        }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    do {
      try await group.run()
    } catch {
      parts.stop()
      throw StartFailure.inUse(reason: "\(configuration.http) can't be served: \(error)")
    }
    parts.stop()
    do { try parts.readSide.log.close() } catch { throw StartFailure(error) }
    logger.notice("the server has stopped")
  }

  private func hostAndPort(_ port: Int) -> String {
    SocketAddress(host: configuration.http.host, port: port).description
  }

  // MARK: Parts

  private struct Parts: Sendable {
    let directory: DataDirectory
    let assets: Assets
    let readSide: LiveReadSide
    let security: ServerSecurity

    /// Ends what works on the log, which is closed afterwards: nothing waits for a cluster any more, then the models are
    /// checkpointed, and the mirror stands still.
    func stop() {
      readSide.cluster?.stopWriting()
      readSide.stop()
      readSide.cluster?.stop()
    }
  }

  private func logger() -> Logger {
    let format = configuration.readableLogs.map { $0 ? XopixLogHandler.Format.text : .json }
    let level = Logger.Level(rawValue: configuration.logLevel) ?? .info
    return Logger(label: "xopix") {
      XopixLogHandler(label: $0, format: format ?? XopixLogHandler.usualFormat, level: level)
    }
  }

  private func open(_ logger: Logger) async throws -> Parts {
    let assets = try Assets(given: configuration.assets)
    let definitions = try assets.definitions()
    let directory = try DataDirectory(path: configuration.data)
    let security = try ServerSecurity(configuration, directory: directory)
    let log = try EventLog.open(directory: directory.log)
    tell(log.recovery, logger)
    let cluster = try followedCluster(log, directory, logger)
    let sink: (any OutputSink)? =
      if let cluster { cluster.sink } else if configuration.writesOutputs { EmbeddedSink(log: log) } else { nil }
    let readSide = try await LiveReadSide(
      log: log, cluster: cluster,
      factory: ProjectionFactory(log: log, definitions: definitions, sink: sink, wallClock: Clock.now),
      store: GenerationStore(directory: directory.generations),
      checkpointInterval: .seconds(configuration.checkpointSeconds), logger: logger)
    cluster?.start()
    return Parts(directory: directory, assets: assets, readSide: readSide, security: security)
  }

  /// The cluster that is the source of events; nil where the log is, which then has all of their topics.
  private func followedCluster(
    _ log: EventLog, _ directory: DataDirectory, _ logger: Logger
  ) throws -> FollowedCluster? {
    guard case .kafka(let brokers) = configuration.source else {
      if let topic = directory.mirroredTopic(of: log) {
        throw StartFailure.configuration(
          reason: "\(directory.path) mirrors a Kafka cluster (its topic \(topic)) and can't take events of its own; "
            + "name the cluster by --source kafka:HOST:PORT, or another directory by --data")
      }
      for topic in EventTypes.topics where log.partitionCount(topic) == nil { try log.createTopic(topic) }
      return nil
    }
    let properties = try configuration.sourceProperties.resolve(
      brokers: brokers, environment: ProcessInfo.processInfo.environment)
    logger.notice(
      "a Kafka cluster is followed",
      metadata: ["source": "\(configuration.source)", "outputs": "\(configuration.writesOutputs ? "on" : "off")"])
    return try FollowedCluster(
      properties: properties, log: log, identityPath: directory.mirroredCluster,
      writesOutputs: configuration.writesOutputs, logger: logger)
  }

  private func tell(_ recovery: RecoveryReport, _ logger: Logger) {
    for (file, bytes) in recovery.truncatedBytes.sorted(by: { $0.key < $1.key }) {
      logger.warning("a torn end of the log was cut off", metadata: ["file": "\(file)", "bytes": "\(bytes)"])
    }
    for (file, bytes) in recovery.lostBytes.sorted(by: { $0.key < $1.key }) {
      logger.error(
        "the disk lost acknowledged events; restore them from a copy",
        metadata: ["file": "\(file)", "bytes": "\(bytes)"])
    }
    if recovery.addedToOrder > 0 || recovery.droppedFromOrder > 0 {
      logger.warning(
        "the order of the log was mended",
        metadata: ["added": "\(recovery.addedToOrder)", "dropped": "\(recovery.droppedFromOrder)"])
    }
  }

  private func openRegistry(_ parts: Parts, _ logger: Logger) async throws -> RegistryService? {
    guard let address = configuration.registry else { return nil }
    let registry = try Registry(path: parts.directory.schemas)
    for case .refused(let subject, let error) in try await registry.registerBuiltIn(directory: parts.assets.schemas) {
      logger.warning(
        "an event's schema was not registered: it is not compatible with the one that is",
        metadata: ["subject": "\(subject)", "error": "\(error)"])
    }
    return RegistryService(registry: registry, address: address, logger: logger)
  }

  private func startBroker(
    _ parts: Parts, _ registry: PrometheusRegistry, schemas: Registry?, _ logger: Logger
  ) async throws -> BrokerServer? {
    guard let address = configuration.kafka else { return nil }
    var broker = BrokerConfiguration(host: address.host, port: address.port)
    var generator = SystemRandomNumberGenerator()
    broker.clusterID = try ClusterID.readOrMake(at: parts.directory.clusterID, using: &generator)
    if parts.readSide.cluster != nil {
      broker.readOnlyReason =
        "this node mirrors another cluster (\(configuration.source)): publish, and change topics, there"
    }
    broker.protectedTopics = Set(EventTypes.topics + ProjectionFactory.outputTopics)
    broker.advertisedHost = configuration.kafkaAdvertised?.host
    broker.advertisedPort = configuration.kafkaAdvertised?.port
    var brokerParts = BrokerServer.Parts(directory: parts.directory.path) { Clock.now().milliseconds }
    parts.security.apply(to: &brokerParts, &broker)
    brokerParts.metrics = registry
    brokerParts.schemas = schemas.map { SchemaChecker(registry: $0) }
    let server = try BrokerServer(
      log: parts.readSide.log, configuration: broker, parts: brokerParts, logger: logger)
    do {
      let port = try await server.start()
      logger.notice(
        "the broker listens", metadata: ["kafka": "\(SocketAddress(host: address.host, port: port))"])
    } catch {
      await server.stop()
      throw StartFailure.inUse(
        reason: "kafka can't be served at \(address): \(error); choose another address with --kafka, or --kafka off")
    }
    return server
  }

  private func makeApplication(
    _ parts: Parts, _ registry: PrometheusRegistry, drain: DrainSignal, logger: Logger,
    onListening: @escaping @Sendable (Int) -> Void
  ) throws -> some ApplicationProtocol {
    ProcessMetrics.register(in: registry)
    ServerMetrics.register(readSide: parts.readSide, in: registry)
    let api = APIConfiguration(
      version: xopixVersion, pagesDirectory: parts.assets.pages, idempotencyDatabase: parts.directory.database,
      now: Clock.now, randomBits: { UInt64.random(in: .min ... .max) }, drain: drain)
    let router = try makeRouter(readSide: parts.readSide, configuration: api, metrics: registry, logger: logger)
    // Requests are logged by the router's own middleware; the server beneath tells its troubles only.
    var serverLogger = logger
    serverLogger.logLevel = max(logger.logLevel, .warning)
    return Application(
      router: router,
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.http.host, port: configuration.http.port), serverName: nil),
      onServerRunning: { channel in onListening(channel.localAddress?.port ?? configuration.http.port) },
      logger: serverLogger)
  }
}

/// Serves Kafka's protocol until the group of services is asked to end.
private struct BrokerService: Service {
  let broker: BrokerServer

  func run() async throws {
    try? await gracefulShutdown()
    await broker.stop()
  }
}

/// A server that runs, for what runs beside it.
final class RunningServer: Sendable {
  let readSide: LiveReadSide
  let assets: Assets
  let logger: Logger
  private let address: AddressBox

  init(readSide: LiveReadSide, assets: Assets, logger: Logger) {
    self.readSide = readSide
    self.assets = assets
    self.logger = logger
    address = AddressBox()
  }

  /// Where HTTP is served, e.g. `http://127.0.0.1:8080`; nil before it is.
  var http: String? { address.value }

  func note(address: String) { self.address.set(address) }
}

/// Begins to drain when the group of services is asked to end.
private struct DrainService: Service {
  let drain: DrainSignal

  func run() async throws {
    try? await gracefulShutdown()
    drain.begin()
  }
}
