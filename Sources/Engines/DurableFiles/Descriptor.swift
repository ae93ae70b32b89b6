internal import Glibc

/// An open file, closed when this value is gone.
final class Descriptor: Sendable {
  let number: Int32
  let path: String

  init(opening path: String, flags: Int32) throws(FileError) {
    // Safety: the system reads the path, a C string for the length of the call, to its end.
    let number = unsafe open(path, flags | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw FileError(operation: "open", path: path, errno: errno) }
    self.number = number
    self.path = path
  }

  deinit { close(number) }

  func byteCount() throws(FileError) -> Int {
    var status = stat()
    // Safety: the system fills the structure that the pointer points to for the length of the call.
    guard unsafe fstat(number, &status) == 0 else { throw FileError(operation: "fstat", path: path, errno: errno) }
    return Int(status.st_size)
  }

  /// Reads up to `count` bytes; fewer only at the end of the file.
  func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      // Safety: `pread` writes at most the buffer's remaining room, which `count - initialized` is.
      while initialized < count {
        let got = unsafe pread(
          number, buffer.baseAddress.map { unsafe $0 + initialized }, count - initialized, offset + initialized)
        if got < 0 {
          if errno == EINTR { continue }
          failure = errno
          return
        }
        if got == 0 { return }
        initialized += got
      }
    }
    guard failure == 0 else { throw FileError(operation: "read", path: path, errno: failure) }
    return bytes
  }

  /// Writes all of `bytes` at the file's position.
  func write(_ bytes: [UInt8]) throws(FileError) {
    let failure = unsafe bytes.withUnsafeBytes { buffer -> Int32 in
      var written = 0
      // Safety: the address stays within the buffer, since `written` never exceeds its count.
      while written < buffer.count {
        let count = unsafe Glibc.write(number, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        written += count
      }
      return 0
    }
    guard failure == 0 else { throw FileError(operation: "write", path: path, errno: failure) }
  }

  func truncate(to count: Int) throws(FileError) {
    guard ftruncate(number, count) == 0 else { throw FileError(operation: "truncate", path: path, errno: errno) }
  }

  /// Makes the file's content durable, with what is needed to read it back.
  func sync() throws(FileError) {
    guard fdatasync(number) == 0 else { throw FileError(operation: "fdatasync", path: path, errno: errno) }
  }

  func syncAll() throws(FileError) {
    guard fsync(number) == 0 else { throw FileError(operation: "fsync", path: path, errno: errno) }
  }
}
