internal import Foundation
public import Logging

/// Writes log lines to standard error: readable ones for people, or a JSON object each for machines.
public struct XopixLogHandler: LogHandler {
  /// How lines look.
  public enum Format: Sendable {
    /// `02:41:00.123 info  the server listens address=127.0.0.1:8080`
    case text
    /// `{"ts":"…","level":"info","msg":"…","address":"…"}`
    case json
  }

  /// What every line of this logger carries.
  public var metadata: Logger.Metadata = [:]
  /// The least urgent level that is written.
  public var logLevel: Logger.Level
  /// What else lines carry.
  public var metadataProvider: Logger.MetadataProvider?
  private let label: String
  private let format: Format
  private let write: @Sendable (String) -> Void

  /// A handler for the logger `label`; `write` takes whole lines, newline included.
  public init(
    label: String, format: Format, level: Logger.Level = .info,
    write: @escaping @Sendable (String) -> Void = Self.writeToStandardError
  ) {
    self.label = label
    self.format = format
    logLevel = level
    self.write = write
  }

  /// Text on a terminal, JSON otherwise.
  public static var usualFormat: Format { isatty(STDERR_FILENO) == 1 ? .text : .json }

  /// Writes a line in one piece, so that lines of several threads do not mix.
  public static let writeToStandardError: @Sendable (String) -> Void = { line in
    FileHandle.standardError.write(Data(line.utf8))
  }

  /// A part of what every line carries.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one line.
  public func log(event: LogEvent) {
    var members = metadata
    if let provided = metadataProvider?.get() { members.merge(provided) { $1 } }
    if let given = event.metadata { members.merge(given) { $1 } }
    if let error = event.error, members["error"] == nil { members["error"] = "\(error)" }
    let fields = members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) }
    write(
      LogLine(time: Date(), level: event.level, label: label, message: event.message.description, fields: fields)
        .text(in: format))
  }
}

/// One line of the log.
struct LogLine {
  let time: Date
  let level: Logger.Level
  let label: String
  let message: String
  let fields: [(String, String)]

  /// The names that stand for the line itself in JSON.
  private static let ownNames: Set<String> = ["ts", "level", "logger", "msg"]

  func text(in format: XopixLogHandler.Format) -> String {
    let stamp = time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    switch format {
    case .json:
      var line = "{\"ts\":\"\(stamp)\",\"level\":\"\(level.rawValue)\",\"logger\":"
      line += Self.quoted(label) + ",\"msg\":" + Self.quoted(message)
      for (name, value) in fields {
        line += "," + Self.quoted(Self.ownNames.contains(name) ? name + "_" : name) + ":" + Self.quoted(value)
      }
      return line + "}\n"
    case .text:
      let padded = level.rawValue + String(repeating: " ", count: max(0, 8 - level.rawValue.count))
      var line = "\(stamp.dropFirst(11).prefix(12)) \(padded) \(Self.visible(message))"
      for (name, value) in fields {
        let isPlain = !value.isEmpty && !value.contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
        line += " \(name)=\(isPlain ? Self.visible(value) : Self.quoted(value))"
      }
      return line + "\n"
    }
  }

  /// A JSON string.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case "\r": quoted += "\\r"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// The text on one line, without characters that steer a terminal.
  private static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) else { return text }
    return String(quoted(text).dropFirst().dropLast())
  }
}
