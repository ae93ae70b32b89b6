internal import Glibc
internal import Synchronization

/// A file that is written at its end only. One thread writes; any may read what was written.
public final class AppendFile: Sendable {
  /// The file.
  public var path: String { descriptor.path }
  private let descriptor: Descriptor
  private let count: Atomic<Int>

  /// Opens a file, which is made where it does not exist.
  public init(path: String) throws(FileError) {
    descriptor = try Descriptor(opening: path, flags: O_RDWR | O_CREAT | O_APPEND)
    count = Atomic(try descriptor.byteCount())
  }

  /// The bytes in the file.
  public var byteCount: Int { count.load(ordering: .acquiring) }

  /// Appends all of `bytes`; where that fails half way, the file is cut back to what it was.
  public func append(_ bytes: [UInt8]) throws(FileError) {
    do throws(FileError) {
      try descriptor.write(bytes)
    } catch {
      // A second failure leaves a torn end, which the reader's checksums find.
      try? descriptor.truncate(to: byteCount)
      throw error
    }
    count.add(bytes.count, ordering: .releasing)
  }

  /// Appends `head` and then `tail`, in one write where the system takes it; all of them or none, as ``append(_:)`` does.
  public func append(_ head: RawSpan, _ tail: RawSpan) throws(FileError) {
    do throws(FileError) {
      try descriptor.write(head, tail)
    } catch {
      try? descriptor.truncate(to: byteCount)
      throw error
    }
    count.add(head.byteCount + tail.byteCount, ordering: .releasing)
  }

  /// A descriptor of this file that the caller owns and closes: for the system to send the file's content from.
  public func duplicateDescriptor() throws(FileError) -> Int32 { try descriptor.duplicate() }

  /// Makes everything appended durable.
  public func sync() throws(FileError) { try descriptor.sync() }

  /// Cuts the file to its first `newCount` bytes.
  public func truncate(to newCount: Int) throws(FileError) {
    try descriptor.truncate(to: newCount)
    count.store(newCount, ordering: .releasing)
  }

  /// Reads bytes from `offset` on until `buffer` is full or the file ends; returns how many.
  ///
  /// - Safety: the buffer must be writable for its whole length.
  @unsafe public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    unsafe try descriptor.read(at: offset, into: buffer)
  }

  /// Reads up to `count` bytes from `offset` on; fewer only at the end of the file.
  public func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    try descriptor.read(at: offset, count: count)
  }
}
