internal import EventLog
internal import KafkaWire
internal import NIOCore

/// A response as it goes to the socket: bytes, with places where parts of files are to be sent.
struct Answer {
  /// The frame but for what ``slices`` hold.
  let buffer: ByteBuffer
  /// Where in the buffer each slice belongs, in order.
  let holes: [(position: Int, byteCount: Int)]
  let slices: [LogSlice]
  var throttleMilliseconds: Int32 = 0
  var closesConnection = false

  /// Slices smaller than this are copied: sending a part of a file takes a system call of its own.
  private static let smallestRegion = 32 << 10

  /// The parts to write, in order.
  ///
  /// - Parameter sendsRegions: whether the system may send from files; over TLS it can't.
  func parts(sendsRegions: Bool, allocator: ByteBufferAllocator) throws -> [IOData] {
    var parts: [IOData] = []
    do {
      try collect(&parts, sendsRegions: sendsRegions, allocator: allocator)
    } catch {
      for case .fileRegion(let region) in parts { Self.close(region.fileHandle) }
      throw error
    }
    return parts
  }

  /// Closes a file that was sent from, or is not going to be.
  static func close(_ handle: NIOFileHandle) {
    // The descriptor is this answer's own, and gone whatever the system says of closing it.
    try? handle.close()
  }

  private func collect(_ parts: inout [IOData], sendsRegions: Bool, allocator: ByteBufferAllocator) throws {
    var rest = buffer
    var position = 0
    var copied = allocator.buffer(capacity: 0)
    for (hole, slice) in zip(holes, slices) {
      if var before = rest.readSlice(length: hole.position - position) { copied.writeBuffer(&before) }
      position = hole.position
      guard sendsRegions, slice.byteCount >= Self.smallestRegion else {
        try copied.writeFile(slice)
        continue
      }
      if copied.readableBytes > 0 { parts.append(.byteBuffer(copied)) }
      copied = allocator.buffer(capacity: 0)
      let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: try slice.file.duplicateDescriptor())
      parts.append(
        .fileRegion(
          FileRegion(
            fileHandle: handle, readerIndex: slice.position, endIndex: slice.position + slice.byteCount)))
    }
    copied.writeBuffer(&rest)
    if copied.readableBytes > 0 { parts.append(.byteBuffer(copied)) }
  }
}

extension ByteBuffer {
  /// Appends a slice of the log.
  fileprivate mutating func writeFile(_ slice: LogSlice) throws {
    // Safety: the buffer given to the closure has at least the room asked for, and `read` writes no more than that.
    let written = try unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: slice.byteCount) { room in
      unsafe try slice.file.read(
        at: slice.position, into: UnsafeMutableRawBufferPointer(rebasing: room[..<slice.byteCount]))
    }
    guard written == slice.byteCount else { throw AnswerError.shortFile }
  }
}

/// Why an answer can't be sent.
enum AnswerError: Error {
  /// A segment has fewer bytes than it had.
  case shortFile
}
