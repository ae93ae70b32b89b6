internal import NIOCore
internal import Synchronization

/// Memory for long frames, used again and again: to touch fresh memory costs more than to copy a frame.
///
/// It remembers what it gave, and gives it again once nobody else holds it, so nothing has to be given back. Safe from any
/// thread.
public final class FramePool: Sendable {
  private let limit: Int
  private let state = Mutex<(buffers: [ByteBuffer], byteCount: Int)>(([], 0))

  /// A pool that remembers about `limit` bytes at most; what is used beyond them is as if there were no pool.
  public init(limit: Int) { self.limit = limit }

  /// An empty buffer with room for so many bytes, nobody else's.
  func take(_ byteCount: Int) -> ByteBuffer {
    let known = state.withLock { state -> ByteBuffer? in
      for index in state.buffers.indices {
        let capacity = state.buffers[index].storageCapacity
        // A much larger buffer would keep memory that others could use.
        guard capacity >= byteCount, capacity / 4 <= byteCount else { continue }
        guard state.buffers[index].modifyIfUniquelyOwned({ $0.clear() }) != nil else { continue }
        state.byteCount -= capacity
        return state.buffers.remove(at: index)
      }
      return nil
    }
    return known ?? ByteBufferAllocator().buffer(capacity: byteCount)
  }

  /// Remembers a buffer that is not written to any more.
  func remember(_ buffer: ByteBuffer) {
    state.withLock { state in
      state.buffers.append(buffer)
      state.byteCount += buffer.storageCapacity
      while state.byteCount > limit, let first = state.buffers.first {
        state.byteCount -= first.storageCapacity
        state.buffers.removeFirst()
      }
    }
  }
}
