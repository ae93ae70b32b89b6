public import BrokerSecurity
internal import Yams

/// What a server is told from outside. Flags beat the environment (`XOPIX_HTTP` for `--http`), which beats the file,
/// which beats the default.
public struct Configuration: Sendable, Equatable {
  /// The data directory.
  public var data: String
  /// Where HTTP is served.
  public var http: SocketAddress
  /// Where the broker serves Kafka's protocol; nil where it does not.
  public var kafka: SocketAddress?
  /// The address that Kafka's clients are told to use; nil for the one that each of them has connected to.
  public var kafkaAdvertised: SocketAddress?
  /// Where users and roles are defined; nil where nobody is asked who they are.
  public var auth: AccessSource?
  /// The server's certificate chain; nil to serve without TLS.
  public var tlsCertificate: String?
  /// The certificate's private key.
  public var tlsKey: String?
  /// The authorities that sign clients' certificates.
  public var tlsClientAuthorities: String?
  /// Whether clients are asked for certificates.
  public var tlsClientCertificates: TLSFiles.ClientCertificates
  /// Where the schema registry is served; nil where it is not.
  public var registry: SocketAddress?
  /// Where events come from.
  public var source: Source
  /// The client's properties for the cluster that is followed.
  public var sourceProperties: SourceProperties
  /// Whether what is derived is written, to the log or to the cluster that is followed. Of several nodes that read the
  /// same events, one does.
  public var writesOutputs: Bool
  /// The directory of `fixtures` and `dashboards`; nil to look for it beside the binary and in the working directory.
  public var assets: String?
  /// Log lines are written for people where true, as JSON where false; nil to decide by the terminal.
  public var readableLogs: Bool?
  /// The least urgent level that is logged: trace, debug, info, notice, warning, error or critical.
  public var logLevel: String
  /// Seconds between checkpoints of the read models.
  public var checkpointSeconds: Double

  /// The defaults.
  public init() {
    data = "./data"
    http = SocketAddress(host: "127.0.0.1", port: 8080)
    kafka = SocketAddress(host: "127.0.0.1", port: 9092)
    kafkaAdvertised = nil
    auth = nil
    tlsCertificate = nil
    tlsKey = nil
    tlsClientAuthorities = nil
    tlsClientCertificates = .none
    registry = SocketAddress(host: "127.0.0.1", port: 8081)
    source = .embedded
    sourceProperties = .listed([:])
    writesOutputs = true
    assets = nil
    readableLogs = nil
    logLevel = "info"
    checkpointSeconds = 5
  }

  /// The names that a configuration file may use.
  public static let names = [
    "data", "http", "kafka", "kafka_advertised", "registry", "source", "source_properties", "outputs", "auth",
    "tls_certificate", "tls_key", "tls_client_ca", "tls_client_certificates", "assets", "log_format", "log_level",
    "checkpoint_seconds",
  ]
}

extension Configuration {
  /// Takes over one setting, as a file, the environment or a flag gives it.
  ///
  /// - Parameter origin: where the setting was read, for the message.
  public mutating func set(_ name: String, to text: String, origin: String) throws(ConfigurationError) {
    switch name {
    case "data":
      guard !text.isEmpty else { throw ConfigurationError(origin: origin, reason: "must name a directory") }
      data = text
    case "http": http = try Self.address(text, example: "127.0.0.1:8080", origin: origin)
    case "kafka": kafka = text == "off" ? nil : try Self.address(text, example: "127.0.0.1:9092", origin: origin)
    case "kafka_advertised":
      kafkaAdvertised = try Self.address(text, example: "kafka.shop.example:9092", origin: origin)
    case "auth": auth = .file(try Self.path(text, origin: origin))
    case "tls_certificate": tlsCertificate = try Self.path(text, origin: origin)
    case "tls_key": tlsKey = try Self.path(text, origin: origin)
    case "tls_client_ca": tlsClientAuthorities = try Self.path(text, origin: origin)
    case "tls_client_certificates":
      guard let choice = TLSFiles.ClientCertificates(rawValue: text) else {
        let choices = TLSFiles.ClientCertificates.allCases.map(\.rawValue).joined(separator: ", ")
        throw ConfigurationError(origin: origin, reason: "must be one of \(choices), not \"\(text)\"")
      }
      tlsClientCertificates = choice
    case "registry":
      registry = text == "off" ? nil : try Self.address(text, example: "127.0.0.1:8081", origin: origin)
    case "source":
      guard let source = Source(text) else {
        throw ConfigurationError(
          origin: origin,
          reason:
            "must be embedded or kafka:HOST:PORT[,HOST:PORT…], e.g. kafka:kafka-1:9092,kafka-2:9092, not \"\(text)\"")
      }
      self.source = source
    case "source_properties":
      guard !text.isEmpty else {
        throw ConfigurationError(origin: origin, reason: "must name a file of lines name=value")
      }
      sourceProperties = .file(text)
    case "outputs":
      guard ["on", "off"].contains(text) else {
        throw ConfigurationError(origin: origin, reason: "must be on or off, not \"\(text)\"")
      }
      writesOutputs = text == "on"
    case "assets": assets = text
    case "log_format":
      guard ["text", "json"].contains(text) else {
        throw ConfigurationError(origin: origin, reason: "must be text or json, not \"\(text)\"")
      }
      readableLogs = text == "text"
    case "log_level":
      let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
      guard levels.contains(text) else {
        throw ConfigurationError(origin: origin, reason: "must be one of \(levels.joined(separator: ", "))")
      }
      logLevel = text
    case "checkpoint_seconds":
      guard let seconds = Double(text), seconds >= 0.1, seconds <= 3600 else {
        throw ConfigurationError(origin: origin, reason: "must be a number of seconds from 0.1 to 3600")
      }
      checkpointSeconds = seconds
    default:
      let near = Self.names.min { Self.distance($0, name) < Self.distance($1, name) }
      throw ConfigurationError(
        origin: origin, reason: "is not a setting" + (near.map { "; did you mean \($0)?" } ?? ""))
    }
  }

  /// Takes over every `XOPIX_…` variable of an environment that names a setting.
  public mutating func apply(environment: [String: String]) throws(ConfigurationError) {
    for name in Self.names {
      let variable = "XOPIX_" + name.uppercased()
      if let value = environment[variable] { try set(name, to: value, origin: variable) }
    }
  }

  /// Takes over a configuration file's text: a YAML mapping of settings.
  public mutating func apply(yaml text: String, file: String) throws(ConfigurationError) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationError(origin: file, reason: "is not YAML: \(error)")
    }
    guard let node else { return }
    guard let mapping = node.mapping else {
      throw ConfigurationError(origin: file, reason: "must be a mapping of settings")
    }
    for (key, value) in mapping {
      let line = key.mark.map { ":\($0.line)" } ?? ""
      if key.scalar?.string == "source_properties", let properties = value.mapping {
        sourceProperties = .listed(try Self.properties(properties, origin: "\(file)\(line): source_properties"))
        continue
      }
      if key.scalar?.string == "auth", value.mapping != nil {
        auth = .section(yaml: try Self.text(of: value, origin: "\(file)\(line): auth"), file: file)
        continue
      }
      guard let name = key.scalar?.string, let text = value.scalar?.string else {
        throw ConfigurationError(origin: file + line, reason: "a setting must be a name with one value")
      }
      try set(name, to: text, origin: "\(file)\(line): \(name)")
    }
  }

  /// Properties of the client, each a value, or a mapping that says where the value is.
  private static func properties(
    _ mapping: Node.Mapping, origin: String
  ) throws(ConfigurationError) -> [String: SourceProperties.Value] {
    var properties: [String: SourceProperties.Value] = [:]
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        throw ConfigurationError(origin: origin, reason: "must be a mapping of properties' names")
      }
      if let text = value.scalar?.string {
        properties[name] = .text(text)
      } else if let place = value.mapping, place.count == 1, let kind = place.first?.key.scalar?.string,
        let location = place.first?.value.scalar?.string, ["file", "environment"].contains(kind)
      {
        properties[name] = kind == "file" ? .file(location) : .environment(location)
      } else {
        throw ConfigurationError(
          origin: "\(origin): \(name)", reason: "must be a value, {file: PATH} or {environment: VARIABLE}")
      }
    }
    return properties
  }

  private static func text(of node: Node, origin: String) throws(ConfigurationError) -> String {
    do {
      return try Yams.serialize(node: node)
    } catch {
      throw ConfigurationError(origin: origin, reason: "can't be read: \(error)")
    }
  }

  private static func path(_ text: String, origin: String) throws(ConfigurationError) -> String {
    guard !text.isEmpty else { throw ConfigurationError(origin: origin, reason: "must name a file") }
    return text
  }

  private static func address(
    _ text: String, example: String, origin: String
  ) throws(ConfigurationError) -> SocketAddress {
    guard let address = SocketAddress(text) else {
      throw ConfigurationError(origin: origin, reason: "must be HOST:PORT, e.g. \(example), not \"\(text)\"")
    }
    return address
  }

  private static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8)
    let right = Array(right.utf8)
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let substitution = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}

/// A host and a port.
public struct SocketAddress: Sendable, Equatable, CustomStringConvertible {
  /// A name or address; an IPv6 address without brackets.
  public var host: String
  /// 0 (any free one) to 65535.
  public var port: Int

  /// An address.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Parses `HOST:PORT` or `[IPv6]:PORT`; nil for anything else.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: Int(port))
  }

  /// `HOST:PORT`, with brackets around an IPv6 address.
  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Whether only this machine can reach the address.
  public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
}

/// A setting that can't be used.
public struct ConfigurationError: Error, CustomStringConvertible {
  /// The flag, variable, or file and line that holds the setting.
  public let origin: String
  /// What is wrong with it.
  public let reason: String

  /// A setting read from `origin` that is wrong in this way.
  public init(origin: String, reason: String) {
    self.origin = origin
    self.reason = reason
  }

  /// One line for the person who must mend it.
  public var description: String { "\(origin) \(reason)" }
}
