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
    var failure: FileError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(FileError) {
        // Safety: the buffer has room for `count` bytes, and `read` says how many of them it has set.
        let room = unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
        initialized = unsafe try read(at: offset, into: room)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads until `buffer` is full or the file ends; returns how many bytes.
  @unsafe func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var done = 0
    // Safety: `pread` writes at most the buffer's remaining room, which `buffer.count - done` is.
    while done < buffer.count {
      let got = unsafe pread(number, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done, offset + done)
      if got < 0 {
        if errno == EINTR { continue }
        throw FileError(operation: "read", path: path, errno: errno)
      }
      if got == 0 { break }
      done += got
    }
    return done
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

  /// Writes all of `head` and `tail` at the file's position.
  func write(_ head: RawSpan, _ tail: RawSpan) throws(FileError) {
    let failure = unsafe head.withUnsafeBytes { head in
      unsafe tail.withUnsafeBytes { tail -> Int32 in
        var written = 0
        // Safety: both vectors stay within the spans' bytes, since `written` never exceeds the sum of their counts; the
        // system only reads them.
        while written < head.count + tail.count {
          let headDone = min(written, head.count)
          let tailDone = written - headDone
          var vectors = unsafe (
            iovec(
              iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress.map { unsafe $0 + headDone }),
              iov_len: head.count - headDone),
            iovec(
              iov_base: UnsafeMutableRawPointer(mutating: tail.baseAddress.map { unsafe $0 + tailDone }),
              iov_len: tail.count - tailDone)
          )
          let count = unsafe withUnsafePointer(to: &vectors) { pointer in
            unsafe pointer.withMemoryRebound(to: iovec.self, capacity: 2) { unsafe writev(number, $0, 2) }
          }
          if count < 0 {
            if errno == EINTR { continue }
            return errno
          }
          written += count
        }
        return 0
      }
    }
    guard failure == 0 else { throw FileError(operation: "write", path: path, errno: failure) }
  }

  func duplicate() throws(FileError) -> Int32 {
    let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw FileError(operation: "dup", path: path, errno: errno) }
    return copy
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
