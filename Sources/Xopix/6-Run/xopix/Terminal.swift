internal import Foundation

/// A line of progress on a terminal, rewritten in place; nothing where standard error is no terminal.
final class ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var isShown = false

  func show(_ text: String) {
    guard isTerminal else { return }
    FileHandle.standardError.write(Data(("\r\u{1B}[K" + text).utf8))
    isShown = true
  }

  /// Writes a line that stays, above the progress.
  func message(_ text: String) {
    clear()
    printError(text)
  }

  func end() { clear() }

  private func clear() {
    guard isShown else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    isShown = false
  }
}

/// Colours for a terminal, none where NO_COLOR is set or standard output is no terminal.
struct Style {
  let isColoured: Bool

  init() {
    let environment = ProcessInfo.processInfo.environment
    isColoured =
      isatty(STDOUT_FILENO) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
  }

  func bold(_ text: String) -> String { isColoured ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  func faint(_ text: String) -> String { isColoured ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}

/// Reads a file, or standard input for `-`, line by line, in constant memory.
final class LineReader {
  /// A longer line is no event.
  private static let longestLine = 64 << 20

  private let handle: FileHandle
  private let name: String
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  init(path: String) throws {
    name = path
    if path == "-" {
      handle = .standardInput
    } else {
      guard let opened = FileHandle(forReadingAtPath: path) else {
        throw CommandFailure(.failed, "\(path) can't be opened for reading")
      }
      handle = opened
    }
  }

  /// The next line without its line feed; nil at the end.
  func next() throws -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0a) {
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      searched = buffer.count
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return Array(buffer[start...])
      }
      guard buffer.count - start <= Self.longestLine else {
        throw CommandFailure(.failed, "\(name) has a line of more than \(Self.longestLine) bytes")
      }
      searched -= start
      buffer.removeSubrange(..<start)
      start = 0
      let chunk = handle.readData(ofLength: 1 << 20)
      if chunk.isEmpty { isAtEnd = true } else { buffer.append(contentsOf: chunk) }
    }
  }
}
