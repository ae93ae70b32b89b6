internal import ArgumentParser
internal import Foundation
internal import XopixServer

/// The command line.
struct XopixCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xopix",
    abstract: "The read side of a shop: search, analytics and fraud scoring from one event log.",
    discussion: """
      Examples:
        xopix demo                                      everything, with a bundled catalogue and live traffic
        xopix serve --data ./data                       the server
        xopix publish --topic products events.ndjson    publish events, one a line
        xopix search "bluetooth speaker"                a search from the shell
        xopix users add ali --role analyst              who may use the broker
        xopix rebuild all --verify                      build the read models anew and compare

      Exit codes: 0 done, 1 failed, 2 wrong usage, 3 wrong configuration, 4 damaged data.
      """,
    version: xopixVersion,
    subcommands: [
      ServeCommand.self, DemoCommand.self, PublishCommand.self, ImportCommand.self, SearchCommand.self,
      RebuildCommand.self, VerifyCommand.self, InspectCommand.self, TopicsCommand.self, DeadLettersCommand.self,
      BenchCommand.self, UsersCommand.self,
    ])
}

/// A failure with the exit code that the contract gives its kind.
struct CommandFailure: Error {
  enum Kind: Int32 {
    case failed = 1
    case usage = 2
    case configuration = 3
    case damagedData = 4
  }
  let kind: Kind
  let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

@main
enum Main {
  static func main() async {
    do {
      var command = try XopixCommand.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      printError("xopix: \(failure.message)")
      exit(failure.kind.rawValue)
    } catch {
      // Help and the version are asked for, not failures; everything else here is wrong usage.
      let code = XopixCommand.exitCode(for: error)
      if code == .success {
        print(XopixCommand.fullMessage(for: error))
        exit(0)
      }
      guard code == .validationFailure else {
        printError("xopix: \(XopixCommand.message(for: error))")
        exit(CommandFailure.Kind.failed.rawValue)
      }
      printError(XopixCommand.fullMessage(for: error))
      exit(CommandFailure.Kind.usage.rawValue)
    }
  }
}

/// Writes a line to standard error.
func printError(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}
