internal import Glibc

/// A file operation that failed.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// The operation, e.g. `open`, `fdatasync`.
  public let operation: String
  /// The file or directory.
  public let path: String
  /// The system's error number (`errno`), or 0 where the failure is not the system's.
  public let code: Int32
  /// What the system, or the reader of the file, says about it.
  public let reason: String

  /// A failure for a reason of ours.
  public init(operation: String, path: String, reason: String) {
    self.operation = operation
    self.path = path
    self.code = 0
    self.reason = reason
  }

  /// The failure that the system just reported.
  public init(operation: String, path: String, errno code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
    // Safety: strerror answers a C string that lives until its next call on this thread; it is copied at once.
    self.reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  /// Whether there is no room left, so that waiting or freeing room helps.
  public var isFull: Bool { code == ENOSPC || code == EDQUOT }

  /// One line.
  public var description: String { "\(operation) \(path): \(reason)" }
}
