internal import Foundation
internal import KafkaClient

/// Where events come from.
public enum Source: Sendable, Equatable, CustomStringConvertible {
  /// The log of this process.
  case embedded
  /// A Kafka cluster, known by some of its brokers.
  case kafka(brokers: [SocketAddress])

  /// Parses `embedded` or `kafka:HOST:PORT[,HOST:PORT…]`; nil for anything else.
  public init?(_ text: String) {
    if text == "embedded" {
      self = .embedded
      return
    }
    let prefix = "kafka:"
    guard text.hasPrefix(prefix) else { return nil }
    var brokers: [SocketAddress] = []
    for part in text.dropFirst(prefix.count).split(separator: ",", omittingEmptySubsequences: false) {
      guard let address = SocketAddress(String(part)), address.port > 0 else { return nil }
      brokers.append(address)
    }
    guard !brokers.isEmpty else { return nil }
    self = .kafka(brokers: brokers)
  }

  /// As it is parsed.
  public var description: String {
    switch self {
    case .embedded: "embedded"
    case .kafka(let brokers): "kafka:" + brokers.map(\.description).joined(separator: ",")
    }
  }
}

/// The client's properties for the cluster that is followed, as they were given. Never shown: they may be secrets.
public enum SourceProperties: Sendable, Equatable, CustomStringConvertible {
  /// Where one property's value is.
  public enum Value: Sendable, Equatable {
    /// Here.
    case text(String)
    /// The content of a file, without the newline at its end.
    case file(String)
    /// In a variable of the environment.
    case environment(String)
  }

  /// By name, in the configuration file.
  case listed([String: Value])
  /// In a file of lines `name=value`.
  case file(String)

  /// What they are, without their values.
  public var description: String {
    switch self {
    case .listed(let values): "\(values.keys.sorted())"
    case .file(let path): path
    }
  }

  /// Properties that the client is told by other settings.
  private static let named: Set<String> = ["bootstrap.servers", "metadata.broker.list"]

  /// The client's properties for a cluster of these brokers; files and variables are read now.
  func resolve(brokers: [SocketAddress], environment: [String: String]) throws(StartFailure) -> KafkaProperties {
    var values: [String: String] = [:]
    switch self {
    case .listed(let listed):
      for (name, value) in listed {
        switch value {
        case .text(let text): values[name] = text
        case .file(let path): values[name] = Self.withoutNewline(try Self.read(path, for: name))
        case .environment(let variable):
          guard let text = environment[variable] else {
            throw .configuration(reason: "source_properties: \(name): the variable \(variable) is not set")
          }
          values[name] = text
        }
      }
    case .file(let path): values = try Self.parse(Self.read(path, for: nil), path: path)
    }
    if let name = values.keys.sorted().first(where: Self.named.contains) {
      throw .configuration(reason: "source_properties: \(name): the brokers are named by source; leave it out")
    }
    do throws(KafkaClientError) {
      return try KafkaProperties(brokers: brokers.map(\.description).joined(separator: ","), values)
    } catch {
      throw .configuration(reason: "source_properties: \(error)")
    }
  }

  private static func read(_ path: String, for name: String?) throws(StartFailure) -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      let what = name.map { "source_properties: \($0)" } ?? "source_properties"
      throw .configuration(reason: "\(what): \(path) can't be read: \(error.localizedDescription)")
    }
  }

  private static func withoutNewline(_ text: String) -> String {
    // A pair of carriage return and newline is one character.
    text.last?.isNewline == true ? String(text.dropLast()) : text
  }

  /// Lines `name=value`; those that are empty or begin with # say nothing.
  private static func parse(_ text: String, path: String) throws(StartFailure) -> [String: String] {
    var values: [String: String] = [:]
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      guard let equals = line.firstIndex(of: "=") else {
        // The line itself is not shown: it may be a secret.
        throw .configuration(reason: "\(path):\(number + 1): a line must be name=value")
      }
      let name = line[..<equals].trimmingCharacters(in: .whitespaces)
      guard values[name] == nil else {
        throw .configuration(reason: "\(path):\(number + 1): \(name) is given twice")
      }
      values[name] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
    }
    return values
  }
}
