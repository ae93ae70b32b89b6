internal import ArgumentParser
internal import XopixServer
internal import Foundation

/// The flags that a server is configured by.
struct ServerOptions: ParsableArguments {
  @Option(help: "The data directory.") var data: String?
  @Option(help: "Where HTTP is served, HOST:PORT.") var http: String?
  @Option(help: "Where the broker serves Kafka's protocol, HOST:PORT, or off.") var kafka: String?
  @Option(help: "Where the schema registry is served, HOST:PORT, or off.") var registry: String?
  @Option(help: "Where events come from: embedded, or kafka:HOST:PORT[,HOST:PORT…] to follow a Kafka cluster.")
  var source: String?
  @Option(help: "A file of the Kafka client's properties for that cluster, lines name=value.")
  var sourceProperties: String?
  @Option(help: "Whether what is derived is written, to the log or that cluster: on or off.") var outputs: String?
  @Option(help: "The address that Kafka's clients are told to use, HOST:PORT.") var kafkaAdvertised: String?
  @Option(help: "A YAML file of users and roles; without one the broker serves this machine only.") var auth: String?
  @Option(help: "The broker's certificate chain (PEM): serve Kafka's protocol over TLS.") var tlsCertificate: String?
  @Option(help: "The certificate's private key (PEM).") var tlsKey: String?
  @Option(help: "The authorities that sign clients' certificates (PEM).") var tlsClientCa: String?
  @Option(help: "Whether clients show certificates: none, optional or required.") var tlsClientCertificates: String?
  @Option(help: "A YAML file of settings; flags and XOPIX_… variables beat it.") var config: String?
  @Option(help: "The directory that holds `fixtures` and `dashboards`.") var assets: String?
  @Option(help: "Log lines for people (text) or machines (json); by default text on a terminal.") var logFormat: String?
  @Option(help: "The least urgent level to log: trace … critical.") var logLevel: String?
  @Option(help: "Seconds between checkpoints of the read models.") var checkpointSeconds: String?

  /// The configuration: flags before environment before file before defaults.
  func configuration() throws -> Configuration {
    var configuration = Configuration()
    let environment = ProcessInfo.processInfo.environment
    do throws(ConfigurationError) {
      if let file = config ?? environment["XOPIX_CONFIG"] {
        let text: String
        do {
          text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
          throw ConfigurationError(origin: file, reason: "can't be read: \(error.localizedDescription)")
        }
        try configuration.apply(yaml: text, file: file)
      }
      try configuration.apply(environment: environment)
      for (name, flag, value) in [
        ("data", "--data", data), ("http", "--http", http), ("kafka", "--kafka", kafka),
        ("kafka_advertised", "--kafka-advertised", kafkaAdvertised), ("auth", "--auth", auth),
        ("tls_certificate", "--tls-certificate", tlsCertificate), ("tls_key", "--tls-key", tlsKey),
        ("tls_client_ca", "--tls-client-ca", tlsClientCa),
        ("tls_client_certificates", "--tls-client-certificates", tlsClientCertificates),
        ("registry", "--registry", registry), ("source", "--source", source),
        ("source_properties", "--source-properties", sourceProperties), ("outputs", "--outputs", outputs),
        ("assets", "--assets", assets),
        ("log_format", "--log-format", logFormat), ("log_level", "--log-level", logLevel),
        ("checkpoint_seconds", "--checkpoint-seconds", checkpointSeconds),
      ] {
        if let value { try configuration.set(name, to: value, origin: flag) }
      }
    } catch {
      throw CommandFailure(.configuration, error.description)
    }
    return configuration
  }
}

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve the log, the read models and the dashboards.",
    discussion: """
      Examples:
        xopix serve
        xopix serve --data /var/lib/xopix --http 127.0.0.1:8080 --kafka 127.0.0.1:9092 --registry off
        xopix serve --kafka 0.0.0.0:9092 --auth access.yaml --tls-certificate chain.pem --tls-key key.pem
        XOPIX_HTTP=127.0.0.1:9000 xopix serve --config xopix.yaml
        xopix serve --source kafka:kafka-1:9092,kafka-2:9092 --source-properties client.properties
      """)

  @OptionGroup var options: ServerOptions

  func run() async throws {
    let configuration = try options.configuration()
    try await ServerFailure.reported { try await Server(configuration: configuration).run() }
  }
}

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Serve the bundled catalogue with simulated live traffic, on a fresh data directory.",
    discussion: """
      Shoppers search, order and pay, some of them fraudulently. Without --data, the data is thrown away at the end.

      Examples:
        xopix demo
        xopix demo --products 100000 --seed 7
      """)

  @OptionGroup var options: ServerOptions
  @Option(help: "Products in the catalogue; beyond the bundled ones they are generated.") var products: Int?
  @Option(help: "The seed of everything random: the same seed gives the same shop.") var seed: UInt64 = 1
  @Option(help: "Sessions of shoppers that start each second.") var rate: Double = 4

  func validate() throws {
    if let products, !(1...50_000_000).contains(products) {
      throw ValidationError("--products must be from 1 to 50000000.")
    }
    guard rate > 0, rate <= 1000 else { throw ValidationError("--rate must be above 0 and at most 1000.") }
  }

  func run() async throws {
    let configuration = try options.configuration()
    // The default directory is not the demo's: it may hold a real shop's events.
    let isGivenData = configuration.data != Configuration().data || options.data != nil
    let demo = Demo(products: products, seed: seed, sessionsPerSecond: rate, keepsData: isGivenData)
    try await ServerFailure.reported { try await demo.run(configuration: configuration) }
  }
}

/// Gives a server's failures the exit codes of the contract.
enum ServerFailure {
  static func reported(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as ConfigurationError {
      throw CommandFailure(.configuration, error.description)
    } catch let error as StartFailure {
      switch error {
      case .configuration(let reason): throw CommandFailure(.configuration, reason)
      case .damagedData(let reason): throw CommandFailure(.damagedData, reason)
      case .inUse(let reason): throw CommandFailure(.failed, reason)
      }
    }
  }
}
