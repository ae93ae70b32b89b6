internal import Glibc

/// Whole-file operations, crash-safe where they change something: a reader finds the old content or the new, never half.
public enum Files {
  /// The content of a file.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = try Descriptor(opening: path, flags: O_RDONLY)
    let size = try descriptor.byteCount()
    return try descriptor.read(at: 0, count: size)
  }

  /// Replaces a file's content: writes beside it, syncs, renames, syncs the directory.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let beside = path + ".new"
    do throws(FileError) {
      let descriptor = try Descriptor(opening: beside, flags: O_WRONLY | O_CREAT | O_TRUNC)
      try descriptor.write(bytes)
      try descriptor.sync()
      try rename(beside, to: path)
    } catch {
      // Safety, here and below: the system reads the path, which is copied to a C string for the call, to its end.
      _ = unsafe unlink(beside)
      throw error
    }
  }

  /// Replaces the content of a file that can be made again: as ``replace(_:with:)``, but a power failure may leave any
  /// content, which its reader must be able to tell.
  public static func replaceUnsynced(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let beside = path + ".new"
    do throws(FileError) {
      let descriptor = try Descriptor(opening: beside, flags: O_WRONLY | O_CREAT | O_TRUNC)
      try descriptor.write(bytes)
      // Safety, here and below: the system reads the paths, which are copied to C strings for the call, to their ends.
      guard unsafe Glibc.rename(beside, path) == 0 else {
        throw FileError(operation: "rename", path: beside, errno: errno)
      }
    } catch {
      _ = unsafe unlink(beside)
      throw error
    }
  }

  /// Gives a file another name in the same directory or another one, replacing what has that name, durably.
  public static func rename(_ path: String, to other: String) throws(FileError) {
    guard unsafe Glibc.rename(path, other) == 0 else { throw FileError(operation: "rename", path: path, errno: errno) }
    try syncDirectory(directory(of: other))
  }

  /// Makes a directory and those above it that are missing, durably.
  public static func createDirectory(_ path: String) throws(FileError) {
    if isDirectory(path) { return }
    let parent = directory(of: path)
    if parent != path, !parent.isEmpty { try createDirectory(parent) }
    if unsafe mkdir(path, 0o755) != 0, errno != EEXIST { throw FileError(operation: "mkdir", path: path, errno: errno) }
    guard isDirectory(path) else { throw FileError(operation: "mkdir", path: path, reason: "a file has this name") }
    try syncDirectory(parent)
  }

  /// The names in a directory, sorted, without `.` and `..`.
  public static func list(_ path: String) throws(FileError) -> [String] {
    // Safety: the handle is closed before this function returns; each entry's name is copied before the next is read.
    guard let handle = unsafe opendir(path) else { throw FileError(operation: "opendir", path: path, errno: errno) }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file; one that is not there is no error.
  public static func remove(_ path: String) throws(FileError) {
    if unsafe unlink(path) != 0, errno != ENOENT { throw FileError(operation: "unlink", path: path, errno: errno) }
  }

  /// Removes a directory and everything in it; one that is not there is no error. Of links only the links are removed.
  public static func removeTree(_ path: String) throws(FileError) {
    var status = stat()
    // Safety: the system fills the structure that the pointer points to for the length of the call.
    guard unsafe lstat(path, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return }
      throw FileError(operation: "lstat", path: path, errno: errno)
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try list(path) { try removeTree(path + "/" + name) }
      if unsafe rmdir(path) != 0 { throw FileError(operation: "rmdir", path: path, errno: errno) }
    } else {
      try remove(path)
    }
  }

  /// Whether there is a file or directory of this name.
  public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether there is a directory of this name.
  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    // Safety: the system fills the structure that the pointer points to for the length of the call.
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A file's size in bytes.
  public static func size(_ path: String) throws(FileError) -> Int {
    try Descriptor(opening: path, flags: O_RDONLY).byteCount()
  }

  /// Makes the names in a directory durable.
  public static func syncDirectory(_ path: String) throws(FileError) {
    let descriptor = try Descriptor(opening: path.isEmpty ? "." : path, flags: O_RDONLY | O_DIRECTORY)
    try descriptor.syncAll()
  }

  /// Locks a file, which is made where it does not exist, against every other process until the lock is released.
  public static func lock(_ path: String) throws(FileError) -> FileLock { try FileLock(path: path) }

  /// The path of the directory that holds `path`; `.` for a bare name.
  public static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// A lock on a file, held as long as this value lives.
public final class FileLock: Sendable {
  private let descriptor: Descriptor

  fileprivate init(path: String) throws(FileError) {
    descriptor = try Descriptor(opening: path, flags: O_RDWR | O_CREAT)
    guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
      if errno == EWOULDBLOCK {
        throw FileError(operation: "lock", path: path, reason: "it is in use by another process")
      }
      throw FileError(operation: "lock", path: path, errno: errno)
    }
  }
}
