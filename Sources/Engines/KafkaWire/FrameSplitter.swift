public import NIOCore

/// Cuts a stream of bytes into Kafka's frames: four bytes of length, then as many bytes.
public struct FrameSplitter {
  private let maximumFrameBytes: Int
  private var buffer: ByteBuffer?

  /// Frames longer than this are refused.
  public init(maximumFrameBytes: Int) { self.maximumFrameBytes = maximumFrameBytes }

  /// Adds bytes that have come.
  public mutating func append(_ bytes: ByteBuffer) {
    guard var present = buffer, present.readableBytes > 0 else {
      buffer = bytes
      return
    }
    buffer = nil
    // Room for the whole frame at once, so that a long one is not copied again and again.
    if let announced = Self.announced(present), announced <= maximumFrameBytes, announced > present.readableBytes {
      present.reserveCapacity(minimumWritableBytes: max(0, announced + 4 - present.readableBytes))
    }
    present.writeImmutableBuffer(bytes)
    present.discardReadBytesIfWorthIt()
    buffer = present
  }

  /// The length of the frame that comes next, once it is known and if it is allowed.
  public var announcedBytes: Int? {
    buffer.flatMap(Self.announced).flatMap { (0...maximumFrameBytes).contains($0) ? $0 : nil }
  }

  private static func announced(_ buffer: ByteBuffer) -> Int? {
    buffer.getInteger(at: buffer.readerIndex, as: Int32.self).map(Int.init)
  }

  /// The next frame without its length; nil where it is not here whole. Throws for one that is not allowed.
  public mutating func next() throws(WireError) -> ByteBuffer? {
    guard let length = buffer.flatMap(Self.announced) else { return nil }
    guard (0...maximumFrameBytes).contains(length) else {
      throw .invalidFrame(length: Int64(length), limit: maximumFrameBytes)
    }
    guard var present = buffer, present.readableBytes >= 4 + length else { return nil }
    buffer = nil
    present.moveReaderIndex(forwardBy: 4)
    let frame = present.readSlice(length: length)
    buffer = present.readableBytes > 0 ? present : nil
    return frame
  }
}

extension ByteBuffer {
  /// Gives room back once most of the buffer was read.
  fileprivate mutating func discardReadBytesIfWorthIt() {
    if readerIndex > 1 << 20, readerIndex > readableBytes { discardReadBytes() }
  }
}
