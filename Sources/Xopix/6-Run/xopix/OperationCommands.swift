internal import ArgumentParser
internal import Foundation
internal import JSONBytes
internal import XopixServer

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Read every checksum of a data directory.",
    discussion: "Exit code 1 and a list where something is wrong.\n\nExample:\n  xopix verify --data ./data")

  @Option(help: "The data directory, which no server may hold.") var data = "./data"
  @Option(help: "The directory that holds `fixtures` and `dashboards`.") var assets: String?

  func run() async throws {
    try await ServerFailure.reported {
      let damages = try Inspection(data: data).verify(assets: assets)
      for damage in damages { print(damage) }
      if !damages.isEmpty { throw CommandFailure(.failed, "\(damages.count) damaged places") }
      print("everything is as it was written")
    }
  }
}

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what is inside a log segment or a checkpoint.",
    discussion: "Example:\n  xopix inspect data/log/orders-0/00000000000000000000.log")

  @Argument(help: "The file.") var file: String

  func run() async throws {
    do {
      for line in try Inspection.describe(file: file) { print(line) }
    } catch {
      throw CommandFailure(.damagedData, "\(file): \(error)")
    }
  }
}

struct TopicsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topics", abstract: "List the log's topics and partitions.",
    discussion: "Example:\n  xopix topics --data ./data")

  @Option(help: "The data directory, which no server may hold.") var data = "./data"
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await ServerFailure.reported {
      for line in try Inspection(data: data).topics(asJSON: json) { print(line) }
    }
  }
}

struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dlq", abstract: "Look at what could not be read as an event.",
    subcommands: [List.self, Show.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count dead letters by topic.", discussion: "Example:\n  xopix dlq list --data ./data")

    @Option(help: "The data directory, which no server may hold.") var data = "./data"
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await ServerFailure.reported {
        for line in try Inspection(data: data).deadLetterCounts(asJSON: json) { print(line) }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a topic's dead letters, each with its reason.",
      discussion: "Example:\n  xopix dlq show products --data ./data")

    @Argument(help: "The topic, e.g. products.") var topic: String
    @Option(help: "The data directory, which no server may hold.") var data = "./data"
    @Flag(help: "Print a JSON object a line.") var json = false

    func run() async throws {
      try await ServerFailure.reported {
        for line in try Inspection(data: data).deadLetters(of: topic, asJSON: json) { print(line) }
      }
    }
  }
}
