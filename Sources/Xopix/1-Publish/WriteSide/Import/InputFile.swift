internal import Glibc

/// A file's bytes, without the compression that its first bytes tell of: gzip, xz or zstd.
///
/// The decompressing program runs beside and writes into a pipe, so that a file of any size takes constant memory.
struct InputFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private var decompressor: (tool: String, process: pid_t)?

  static let chunk = 256 << 10

  /// Opens a file.
  init(path: String) throws(WriteSideError) {
    self.path = path
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Self.unreadable(path) }
    var head = [UInt8](repeating: 0, count: 6)
    // Safety: the buffer is the array's, of six bytes.
    let count = unsafe head.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, 6, 0) }
    // What can't be read from a place of its own, as a pipe, can only be read as it is.
    guard count >= 0 || errno == ESPIPE else {
      let error = Self.unreadable(path)
      close(file)
      throw error
    }
    guard let tool = Self.tool(for: head.prefix(max(0, count))) else {
      descriptor = file
      return
    }
    defer { close(file) }
    let (output, process) = try Self.start(tool, reading: file, path: path)
    descriptor = output
    decompressor = (tool, process)
  }

  deinit {
    close(descriptor)
    // A program whose pipe is closed ends at its next write.
    if let decompressor { _ = Self.status(of: decompressor.process) }
  }

  /// The next bytes; empty at the end. A decompressor that failed is an error then.
  mutating func read() throws(WriteSideError) -> [UInt8] {
    var failure: WriteSideError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
      var got: Int
      repeat {
        // Safety: at most the buffer's own bytes are written, and as many as were written are counted.
        got = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      } while got < 0 && errno == EINTR
      if got < 0 { failure = Self.unreadable(path) }
      count = max(0, got)
    }
    if let failure { throw failure }
    if bytes.isEmpty, let (tool, process) = decompressor {
      decompressor = nil
      let status = Self.status(of: process)
      guard status == 0 else { throw .decompressionFailed(tool: tool, file: path, status: status) }
    }
    return bytes
  }

  // MARK: Programs

  private static func tool(for head: ArraySlice<UInt8>) -> String? {
    if head.starts(with: [0x1f, 0x8b]) { return "gzip" }
    if head.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) { return "xz" }
    if head.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return "zstd" }
    return nil
  }

  /// Starts `tool -dc` with the file as its input; returns the end of the pipe to read from.
  private static func start(
    _ tool: String, reading file: Int32, path: String
  ) throws(WriteSideError) -> (output: Int32, process: pid_t) {
    var ends: [Int32] = [0, 0]
    // Safety: the array has room for the two descriptors.
    let made = unsafe ends.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe pipe($0) } ?? -1
    }
    guard made == 0 else { throw unreadable(path) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = unsafe posix_spawn_file_actions_t()
    // Safety: the actions are initialised before they are used, and destroyed on every way out.
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    // Safety: as above; what is duplicated is open, and the copies are not closed on exec.
    unsafe posix_spawn_file_actions_adddup2(&actions, file, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var process: pid_t = 0
    // Safety: the names are copied by strdup, stay while the program is started and are freed after; the list of them
    // ends with nil, as the call wants.
    let arguments = unsafe [strdup(tool), strdup("-dc"), nil]
    let failure = unsafe posix_spawnp(&process, tool, &actions, nil, arguments, environ)
    unsafe arguments.forEach { unsafe free($0) }
    close(ends[1])
    guard failure == 0 else {
      close(ends[0])
      if failure == ENOENT { throw .toolMissing(tool: tool, file: path) }
      throw .unreadable(file: path, reason: "\(tool) can't be started: \(unsafe String(cString: strerror(failure)))")
    }
    return (ends[0], process)
  }

  /// Waits for a program's end; a signal counts as 128 and its number, as shells count.
  private static func status(of process: pid_t) -> Int32 {
    var status: Int32 = 0
    // Safety: the status is this function's own variable.
    while unsafe waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  private static func unreadable(_ path: String) -> WriteSideError {
    .unreadable(file: path, reason: unsafe String(cString: strerror(errno)))
  }
}
