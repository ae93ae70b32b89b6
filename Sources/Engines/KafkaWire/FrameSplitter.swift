public import NIOCore

/// Cuts a stream of bytes into Kafka's frames: four bytes of length, then as many bytes.
///
/// A frame that does not come in one piece is put together in a buffer that grows up to its length.
public struct FrameSplitter {
  /// Shorter frames are slices of what has come, where they have come whole.
  private static let longFrame = 16 << 10
  /// The room that a frame gets before its bytes have come: what is announced and never sent takes no more.
  private static let firstRoom = 1 << 20

  private let maximumFrameBytes: Int
  private let pool: FramePool?
  /// What has come after ``frame``.
  private var rest: ByteBuffer?
  /// A frame that is being put together, and how long it will be.
  private var frame: Frame?

  private struct Frame {
    var bytes: ByteBuffer
    let length: Int

    /// Makes room for bytes that have come, twice as much as before so that a long frame is not copied again and again.
    mutating func grow(for count: Int) {
      guard bytes.writableBytes < count else { return }
      let needed = bytes.readableBytes + count
      bytes.reserveCapacity(min(length, max(needed, 2 * bytes.capacity)))
    }
  }

  /// Frames longer than `maximumFrameBytes` are refused; long ones are put together in memory from `pool`.
  ///
  /// With a pool, what is given to ``append(_:)`` is not held on to for long frames, so that its memory can be used again.
  public init(maximumFrameBytes: Int, pool: FramePool? = nil) {
    self.maximumFrameBytes = maximumFrameBytes
    self.pool = pool
  }

  /// Adds bytes that have come.
  public mutating func append(_ bytes: ByteBuffer) {
    var bytes = bytes
    fillFrame(from: &bytes)
    guard bytes.readableBytes > 0 else { return }
    guard var present = rest else {
      rest = bytes
      return
    }
    rest = nil
    present.writeImmutableBuffer(bytes)
    rest = present
  }

  /// The length of the frame that comes next, once it is known and if it is allowed.
  public var announcedBytes: Int? {
    frame?.length ?? rest.flatMap(Self.announced).flatMap { (0...maximumFrameBytes).contains($0) ? $0 : nil }
  }

  private static func announced(_ buffer: ByteBuffer) -> Int? {
    buffer.getInteger(at: buffer.readerIndex, as: Int32.self).map(Int.init)
  }

  /// The next frame without its length; nil where it is not here whole. Throws for one that is not allowed.
  public mutating func next() throws(WireError) -> ByteBuffer? {
    if frame == nil {
      guard let length = rest.flatMap(Self.announced) else { return nil }
      guard (0...maximumFrameBytes).contains(length) else {
        throw .invalidFrame(length: Int64(length), limit: maximumFrameBytes)
      }
      if let whole = begin(length) { return whole }
    }
    guard let whole = frame, whole.bytes.readableBytes == whole.length else { return nil }
    frame = nil
    if whole.length >= Self.longFrame { pool?.remember(whole.bytes) }
    return whole.bytes
  }

  /// Takes the next frame out of what has come: gives it where it is there whole and need not be moved, else begins to put
  /// it together.
  private mutating func begin(_ length: Int) -> ByteBuffer? {
    guard var present = rest else { return nil }
    rest = nil
    defer { rest = present.readableBytes > 0 ? present : nil }
    present.moveReaderIndex(forwardBy: 4)
    if length < Self.longFrame || pool == nil, let whole = present.readSlice(length: length) { return whole }
    let isLong = length >= Self.longFrame
    let first = min(length, Self.firstRoom)
    let room = isLong ? pool?.take(first) : nil
    frame = Frame(bytes: room ?? ByteBufferAllocator().buffer(capacity: first), length: length)
    fillFrame(from: &present)
    return nil
  }

  private mutating func fillFrame(from bytes: inout ByteBuffer) {
    guard let missing = frame.map({ $0.length - $0.bytes.readableBytes }) else { return }
    guard let part = bytes.readSlice(length: min(missing, bytes.readableBytes)) else { return }
    frame?.grow(for: part.readableBytes)
    frame?.bytes.writeImmutableBuffer(part)
  }
}
