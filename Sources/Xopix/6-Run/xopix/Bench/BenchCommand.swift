internal import ArgumentParser
internal import Foundation
internal import RecordBatches
internal import XopixServer

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure a running server: throughput and latencies under load, and how good its hits are.",
    subcommands: [BenchPublishCommand.self, BenchConsumeCommand.self, BenchRelevanceCommand.self])
}

/// What the benchmarks of a broker have in common.
struct BrokerLoadOptions: ParsableArguments {
  @Option(help: "A broker that speaks Kafka's protocol, HOST:PORT.") var bootstrap = "127.0.0.1:9092"
  @Option(help: "The topic; it is made where it does not exist and the broker does that.") var topic = "bench"
  @Option(help: "Connections that work at the same time; each has a partition.") var concurrency = 1
  @Option(help: "Seconds.") var duration: Double = 10
  @Flag(help: "One line of JSON.") var json = false

  func validate() throws {
    guard (1...1000).contains(concurrency) else { throw ValidationError("--concurrency must be from 1 to 1000.") }
    guard duration > 0, duration <= 86_400 else { throw ValidationError("--duration must be up to 86400 seconds.") }
    guard SocketAddress(bootstrap) != nil else { throw ValidationError("--bootstrap must be HOST:PORT.") }
  }

  var address: SocketAddress { SocketAddress(bootstrap) ?? SocketAddress(host: "127.0.0.1", port: 9092) }
}

struct BenchPublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Publish batches as fast as the broker takes them.",
    discussion: """
      A batch is made once and sent again and again, so that what is measured is the broker. The latency is that of a
      request, from its sending to its answer.

      Examples:
        xopix bench publish --size 1000 --acks all
        xopix bench publish --size 100 --batch 1 --in-flight 1 --acks all     the latency of single records
      """)

  @OptionGroup var load: BrokerLoadOptions
  @Option(help: "Bytes of a record's value.") var size = 100
  @Option(help: "Records in a batch.") var batch = 1000
  @Option(help: "0, 1 or all.") var acks = "all"
  @Option(help: "none, gzip, snappy, lz4 or zstd.") var compression = "none"
  @Option(help: "Requests of a connection that are not answered yet.") var inFlight = 5

  func validate() throws {
    guard (0...1_000_000).contains(size) else { throw ValidationError("--size must be from 0 to 1000000.") }
    guard (1...100_000).contains(batch) else { throw ValidationError("--batch must be from 1 to 100000.") }
    guard (1...1000).contains(inFlight) else { throw ValidationError("--in-flight must be from 1 to 1000.") }
    guard ["1", "all"].contains(acks) else { throw ValidationError("--acks must be 1 or all.") }
    guard codec != nil else { throw ValidationError("--compression must be none, gzip, snappy, lz4 or zstd.") }
  }

  private var codec: Compression? { Compression.allCases.first { "\($0)" == compression } }

  func run() async throws {
    // Text like a shop's: a compressor finds something, but not everything.
    let words = ["kettle", "wireless", "glass", "order", "payment", "mouse", "black", "delivered", "41.90", "P-1001"]
    let records = (0..<batch).map { number in
      var text = ""
      var place = number
      while text.utf8.count < size {
        text += words[place % words.count] + " \(place &* 2_654_435_761 % 10_007) "
        place += 1
      }
      return Record(
        key: nil, value: Array(text.utf8.prefix(size)),
        timestampMilliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
    let bytes = try RecordBatchEncoder.encode(records, compression: codec ?? .none)
    let load = try await BrokerLoad(load)
    let report = try await load.run { connection in
      PublishLoad(
        topic: load.options.topic, partition: Int32(connection) % load.partitions, batch: bytes, records: batch,
        acks: acks == "all" ? -1 : 1, inFlight: inFlight)
    }
    print(report.text(asJSON: load.options.json))
  }
}

struct BenchConsumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consume",
    abstract: "Consume a topic as fast as the broker gives it, from its beginning, round and round.",
    discussion: """
      Records are counted by their batches and not unpacked, so that what is measured is the broker. The latency is that
      of a fetch.

      Examples:
        xopix bench consume --topic bench
      """)

  @OptionGroup var load: BrokerLoadOptions
  @Option(help: "The most bytes that a fetch may be answered.") var maxBytes: Int32 = 4 << 20

  func run() async throws {
    let load = try await BrokerLoad(load)
    let report = try await load.run { connection in
      ConsumeLoad(topic: load.options.topic, partition: Int32(connection) % load.partitions, maxBytes: maxBytes)
    }
    print(report.text(asJSON: load.options.json))
  }
}
