internal import AccessControl
internal import ArgumentParser
internal import Credentials
internal import DefinitionFiles
internal import Foundation

/// Keeps a file of users.
struct UsersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "users", abstract: "Say who may use the broker: users with salted passwords, and their roles.",
    discussion: """
      The file is named by users_file in the definition of users and roles (docs/security.md); a server that runs reads it
      again by itself.

      Examples:
        xopix users add ali --role analyst --file users.yaml          asks for the password
        pass show shop/orders | xopix users add orders --role order-writer --file users.yaml
        xopix users add ali --role analyst                            prints the entry
        xopix users list --file users.yaml
        xopix users remove ali --file users.yaml
      """,
    subcommands: [Add.self, Remove.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: "Add a user; the password is the first line of standard input.",
      discussion: "Example:\n  xopix users add ali --role analyst --file users.yaml")

    @Argument(help: "The user's name.") var name: String
    @Option(help: "A role of the user; may be repeated.") var role: [String] = []
    @Option(help: "The file of users, made where it does not exist; without it the entry is printed.") var file: String?
    @Option(help: "How many times the password is hashed, 4096 to 16384.") var iterations =
      PasswordCredential.usualIterations
    @Flag(help: "Put the user in the place of one with the same name.") var replace = false
    @Flag(help: "The user has no password, and comes with a certificate of this common name.") var noPassword = false

    func validate() throws {
      guard PasswordCredential.allowedIterations.contains(iterations) else {
        throw ValidationError("--iterations must be from 4096 to 16384: clients of Kafka take no more.")
      }
      guard PreparedText.isPrepared(name) else {
        throw ValidationError("A name must not be empty, and have no characters that SASLprep changes or refuses.")
      }
    }

    func run() async throws {
      var present = UsersFile(users: [])
      if let file, FileManager.default.fileExists(atPath: file) { present = try UserFiles.read(file) }
      guard replace || !present.users.contains(where: { $0.name == name }) else {
        throw CommandFailure(.failed, "there is a user \(name) already; --replace puts this one in its place")
      }
      let user = UserDefinition(name: name, roles: Set(role), secret: try secret())
      guard let file else { return print(UsersFile.entry(user), terminator: "") }
      present.users.removeAll { $0.name == name }
      present.users.append(user)
      try UserFiles.write(present, to: file)
    }

    private func secret() throws -> UserDefinition.Secret? {
      if noPassword { return nil }
      let password = try PasswordPrompt.read(for: name)
      guard PreparedText.isPrepared(password) else {
        throw CommandFailure(.failed, "the password \(PreparedText.passwordRule)")
      }
      var generator = SystemRandomNumberGenerator()
      let salt = (0..<PasswordCredential.saltByteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
      return .credential(PasswordCredential(password: password, salt: salt, iterations: iterations))
    }
  }

  struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Remove a user.",
      discussion: "Example:\n  xopix users remove ali --file users.yaml")

    @Argument(help: "The user's name.") var name: String
    @Option(help: "The file of users.") var file: String

    func run() async throws {
      var present = try UserFiles.read(file)
      guard present.users.contains(where: { $0.name == name }) else {
        throw CommandFailure(.failed, "\(file) has no user \(name)")
      }
      present.users.removeAll { $0.name == name }
      try UserFiles.write(present, to: file)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List users and their roles.",
      discussion: "Example:\n  xopix users list --file users.yaml")

    @Option(help: "The file of users.") var file: String

    func run() async throws {
      for user in try UserFiles.read(file).users.sorted(by: { $0.name < $1.name }) {
        print("\(user.name)\t\(user.roles.sorted().joined(separator: ","))")
      }
    }
  }
}

/// Reads and writes files of users.
private enum UserFiles {
  static func read(_ file: String) throws -> UsersFile {
    do {
      return try UsersFile(yaml: try String(contentsOfFile: file, encoding: .utf8), file: file)
    } catch let error as DefinitionError {
      throw CommandFailure(.configuration, error.description)
    } catch {
      throw CommandFailure(.failed, "\(file) can't be read: \(error.localizedDescription)")
    }
  }

  /// Writes the file beside, for its owner's eyes only, and puts it in the place of the old one.
  static func write(_ users: UsersFile, to file: String) throws {
    let beside = file + ".new"
    try? FileManager.default.removeItem(atPath: beside)
    let isWritten = FileManager.default.createFile(
      atPath: beside, contents: Data(users.yaml.utf8), attributes: [.posixPermissions: 0o600])
    // Safety: both paths live through the call.
    guard isWritten, unsafe rename(beside, file) == 0 else {
      throw CommandFailure(.failed, "\(file) can't be written")
    }
  }
}

/// Reads a password, which is not shown while it is typed.
private enum PasswordPrompt {
  static func read(for name: String) throws -> String {
    guard isatty(STDIN_FILENO) == 1 else {
      guard let line = readLine() else { throw CommandFailure(.failed, "standard input has no password") }
      return line
    }
    let first = try ask("Password for \(name): ")
    guard try ask("Again: ") == first else { throw CommandFailure(.failed, "these were two different passwords") }
    return first
  }

  private static func ask(_ question: String) throws -> String {
    FileHandle.standardError.write(Data(question.utf8))
    var settings = termios()
    // Safety: the structure lives through both calls.
    guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { throw CommandFailure(.failed, "no terminal to ask on") }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    defer {
      _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
      printError("")
    }
    guard let line = readLine() else { throw CommandFailure(.failed, "no password was typed") }
    return line
  }
}
