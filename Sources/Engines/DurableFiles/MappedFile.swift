internal import Glibc

/// A file's content in memory without reading it: mapped, read-only, until this value is gone.
///
/// The file must not be truncated meanwhile: Xopix never changes a file that it maps.
public final class MappedFile: Sendable {
  /// The file.
  public let path: String
  /// The file's size in bytes.
  public let byteCount: Int
  /// The mapping's address as a number, so that it can be shared; 0 for an empty file.
  private let address: UInt

  /// Maps a file.
  public init(path: String) throws(FileError) {
    let descriptor = try Descriptor(opening: path, flags: O_RDONLY)
    let count = try descriptor.byteCount()
    self.path = path
    byteCount = count
    guard count > 0 else {
      address = 0
      return
    }
    // Safety: the mapping is private, read-only and as long as the file; it is unmapped once, in `deinit`.
    let mapping = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor.number, 0)
    guard unsafe mapping != MAP_FAILED else { throw FileError(operation: "mmap", path: path, errno: errno) }
    address = UInt(bitPattern: mapping)
  }

  deinit {
    // Safety: nobody holds the bytes any more: every borrow of them keeps this value alive.
    if byteCount > 0 { unsafe munmap(UnsafeMutableRawPointer(bitPattern: address), byteCount) }
  }

  /// The file's bytes.
  public var bytes: RawSpan {
    @_lifetime(borrow self) get {
      // Safety: the mapping is `byteCount` bytes long and lives as long as `self`, which the span borrows.
      let span = unsafe RawSpan(_unsafeStart: pointer, byteCount: byteCount)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The bytes as a buffer, valid only while this value is alive: for kernels that keep this value beside the buffer.
  @unsafe public var unsafeBytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: byteCount > 0 ? pointer : nil, count: byteCount)
  }

  private var pointer: UnsafeRawPointer {
    // An empty file has no mapping: any address serves for a span of no bytes.
    unsafe UnsafeRawPointer(bitPattern: address == 0 ? 8 : address).unsafelyUnwrapped
  }
}
