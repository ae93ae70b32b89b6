import Foundation
import KafkaClient
import Testing

@testable import XopixServer

@Suite("Where events come from, as it is configured")
struct SourceTests {
  @Test("a source is embedded, or a cluster with its brokers")
  func sources() throws {
    #expect(Source("embedded") == .embedded)
    let one = SocketAddress(host: "kafka-1", port: 9092)
    #expect(Source("kafka:kafka-1:9092") == .kafka(brokers: [one]))
    #expect(
      Source("kafka:kafka-1:9092,[::1]:9093") == .kafka(brokers: [one, SocketAddress(host: "::1", port: 9093)]))
    #expect(try #require(Source("kafka:kafka-1:9092,[::1]:9093")).description == "kafka:kafka-1:9092,[::1]:9093")
    for text in [
      "", "kafka", "kafka:", "kafka:host", "kafka:host:0", "kafka:host:9092,", "kafka:,host:9092", "cluster",
    ] {
      #expect(Source(text) == nil, "\(text)")
    }
  }

  @Test("flags beat variables, which beat the file; wrong values say where they stand")
  func configuration() throws {
    var configuration = Configuration()
    #expect(configuration.source == .embedded && configuration.writesOutputs)
    try configuration.apply(
      yaml: "source: kafka:a:1\noutputs: off\nsource_properties: client.properties\n", file: "x.yaml")
    #expect(configuration.source == .kafka(brokers: [SocketAddress(host: "a", port: 1)]))
    #expect(configuration.writesOutputs == false)
    #expect(configuration.sourceProperties == .file("client.properties"))
    try configuration.apply(environment: ["XOPIX_SOURCE": "kafka:b:2", "XOPIX_OUTPUTS": "on"])
    #expect(configuration.source == .kafka(brokers: [SocketAddress(host: "b", port: 2)]))
    #expect(configuration.writesOutputs)
    try configuration.set("source", to: "embedded", origin: "--source")
    #expect(configuration.source == .embedded)
    for (name, value) in [("source", "kafka"), ("outputs", "yes"), ("source_properties", "")] {
      #expect { try configuration.set(name, to: value, origin: "--here") } throws: { "\($0)".hasPrefix("--here must ") }
    }
    #expect { try configuration.apply(yaml: "data: d\nsource: nowhere\n", file: "x.yaml") } throws: {
      "\($0)".hasPrefix("x.yaml:2: source must be")
    }
  }

  @Test("properties are values, or the content of files and variables; what they hold is not shown")
  func properties() throws {
    let secret = NSTemporaryDirectory() + "secret-\(UUID().uuidString)"
    try "hunter2\n".write(toFile: secret, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: secret) }
    var configuration = Configuration()
    try configuration.apply(
      yaml: """
        source_properties:
          security.protocol: sasl_ssl
          fetch.min.bytes: 2
          sasl.password: {file: \(secret)}
          sasl.username:
            environment: THE_USER
        """, file: "x.yaml")
    let brokers = [SocketAddress(host: "a", port: 1), SocketAddress(host: "b", port: 2)]
    let resolved = try configuration.sourceProperties.resolve(brokers: brokers, environment: ["THE_USER": "me"])
    #expect(
      resolved.values == [
        "bootstrap.servers": "a:1,b:2", "security.protocol": "sasl_ssl", "fetch.min.bytes": "2",
        "sasl.password": "hunter2", "sasl.username": "me",
      ])
    #expect(!"\(configuration)".contains("hunter2"))
    #expect("\(configuration.sourceProperties)".contains("sasl.password"))
    #expect { try configuration.sourceProperties.resolve(brokers: brokers, environment: [:]) } throws: {
      "\($0)".contains("THE_USER is not set")
    }
    for yaml in ["[a, b]", "{a: [b]}", "{a: {path: x}}", "{a: {file: x, environment: y}}"] {
      #expect(throws: ConfigurationError.self, "\(yaml)") {
        try configuration.apply(yaml: "source_properties: \(yaml)", file: "x.yaml")
      }
    }
  }

  @Test("a file of properties has a line for each; what is wrong is told without what it holds")
  func propertiesFile() throws {
    let path = NSTemporaryDirectory() + "client-\(UUID().uuidString).properties"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let brokers = [SocketAddress(host: "a", port: 1)]
    func resolve(_ text: String) throws -> [String: String] {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return try SourceProperties.file(path).resolve(brokers: brokers, environment: [:]).values
    }
    #expect(
      try resolve("# ours\n\nsasl.password = a=b c \nssl.ca.location=/x\r\n") == [
        "bootstrap.servers": "a:1", "sasl.password": "a=b c", "ssl.ca.location": "/x",
      ])
    for (text, words) in [
      ("hunter2", ":1: a line must be name=value"), ("a=hunter2\na=hunter2", ":2: a is given twice"),
      ("bootstrap.servers=hunter2", "bootstrap.servers: the brokers are named by source"),
      ("metadata.broker.list=hunter2", "metadata.broker.list: the brokers"), ("group.id=hunter2", "group.id"),
    ] {
      #expect("\(text)") { try resolve(text) } throws: { "\($0)".contains(words) && !"\($0)".contains("hunter2") }
    }
    try FileManager.default.removeItem(atPath: path)
    #expect { try SourceProperties.file(path).resolve(brokers: brokers, environment: [:]) } throws: {
      if case .configuration(let reason)? = $0 as? StartFailure { reason.contains("can't be read") } else { false }
    }
  }
}

@Suite("The broker's cluster id")
struct ClusterIDTests {
  @Test("it is made once, at random, and refused where it was damaged")
  func ids() throws {
    let directory = NSTemporaryDirectory() + "cluster-id-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var generator = SystemRandomNumberGenerator()
    var ids: Set<String> = []
    for number in 0..<200 {
      let path = directory + "/\(number)"
      let id = try ClusterID.readOrMake(at: path, using: &generator)
      #expect(try ClusterID.readOrMake(at: path, using: &generator) == id)
      // Sixteen bytes, as Kafka's own ids.
      let base64 = id.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/") + "=="
      #expect(Data(base64Encoded: base64)?.count == 16, "\(id)")
      #expect(!id.hasPrefix("-"))
      ids.insert(id)
    }
    #expect(ids.count == 200)
    for text in ["", "short\n", String(repeating: "a", count: 22), String(repeating: "!", count: 22) + "\n"] {
      try text.write(toFile: directory + "/0", atomically: true, encoding: .utf8)
      #expect("\(text)") { try ClusterID.readOrMake(at: directory + "/0", using: &generator) } throws: {
        if case .damagedData? = $0 as? StartFailure { true } else { false }
      }
    }
  }
}
