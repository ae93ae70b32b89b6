internal import Hummingbird
internal import KafkaBroker
internal import Logging
internal import SchemaRegistry
internal import ServiceLifecycle

/// Serves the schema registry until the group of services is asked to end.
struct RegistryService: Service {
  let registry: Registry
  let address: SocketAddress
  let logger: Logger

  func run() async throws {
    var serverLogger = logger
    serverLogger.logLevel = max(logger.logLevel, .warning)
    let application = Application(
      router: makeRegistryRouter(registry: registry, logger: logger),
      configuration: ApplicationConfiguration(
        address: .hostname(address.host, port: address.port), serverName: nil),
      onServerRunning: { channel in
        let bound = SocketAddress(host: address.host, port: channel.localAddress?.port ?? address.port)
        logger.notice("the schema registry listens", metadata: ["registry": "http://\(bound)"])
      }, logger: serverLogger)
    do {
      try await application.run()
    } catch {
      throw StartFailure.inUse(
        reason: "the schema registry can't be served at \(address): \(error); choose another address with "
          + "--registry, or --registry off")
    }
  }
}

/// Checks producers' records against the registry, for topics with `schema.validation=true`.
struct SchemaChecker: RecordChecking {
  let registry: Registry

  func violation(topic: String, value: [UInt8], eventType: String?) -> String? {
    registry.check(topic: topic, isKey: false, value: value, eventType: eventType)?.message
  }
}
