internal import AccessControl
internal import BrokerSecurity
internal import DefinitionFiles
internal import Foundation

/// Where users and roles are defined.
public enum AccessSource: Sendable, Equatable {
  /// In a file of their own.
  case file(String)
  /// In the section `auth` of a configuration file.
  case section(yaml: String, file: String)

  /// The file that holds the definition.
  var file: String {
    switch self {
    case .file(let file), .section(_, let file): file
    }
  }
}

/// Reads users and roles, and the passwords that are written elsewhere.
struct AccessFiles: Sendable {
  let source: AccessSource
  let secret: [UInt8]

  /// What is defined now, and the files that it was read from beside the configuration.
  func read() throws(DefinitionError) -> (definition: AccessDefinition, table: AccessTable, files: [String]) {
    var files: [String] = []
    let text: String
    switch source {
    case .file(let file):
      text = try Self.content(of: file)
      files.append(file)
    case .section(let yaml, _): text = yaml
    }
    let definition = try AccessDefinition(yaml: text, file: source.file)
    var more: [UserDefinition] = []
    if let path = definition.usersFile.map(resolved) {
      more = try UsersFile(yaml: try Self.content(of: path), file: path).users
      files.append(path)
    }
    for case .password(.file(let path)) in (definition.users + more).map(\.secret) { files.append(resolved(path)) }
    let table = try definition.table(with: more, file: source.file, secret: secret) {
      source throws(DefinitionError) in try reveal(source)
    }
    return (definition, table, files)
  }

  private func reveal(_ source: PasswordSource) throws(DefinitionError) -> String {
    switch source {
    case .inline(let password): return password
    case .file(let path):
      let text = try Self.content(of: resolved(path))
      return String(text.prefix { !$0.isNewline })
    case .variable(let name):
      guard let password = ProcessInfo.processInfo.environment[name] else {
        throw DefinitionError(file: self.source.file, reason: "the variable \(name) with a password is not set")
      }
      return password
    }
  }

  /// A path as it is meant in the definition: beside its file, where it is relative.
  private func resolved(_ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = source.file.lastIndex(of: "/") else { return path }
    return source.file[...slash] + path
  }

  private static func content(of file: String) throws(DefinitionError) -> String {
    do {
      return try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      throw DefinitionError(file: file, reason: "can't be read: \(error.localizedDescription)")
    }
  }

  /// The secret that makes unknown names look like users: 32 random bytes, made once for a data directory.
  static func secret(in directory: DataDirectory) throws -> [UInt8] {
    if let present = FileManager.default.contents(atPath: directory.accessSecret), present.count == 32 {
      return Array(present)
    }
    var generator = SystemRandomNumberGenerator()
    let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let isWritten = FileManager.default.createFile(
      atPath: directory.accessSecret, contents: Data(secret), attributes: [.posixPermissions: 0o600])
    guard isWritten else { throw StartFailure.inUse(reason: "\(directory.accessSecret) can't be written") }
    return secret
  }
}
