internal import CZlib

/// Gzip (RFC 1952), through zlib.
enum Gzip {
  /// The most that one call of zlib is given room for.
  private static let stepBytes = 256 << 10

  static func compress(_ bytes: [UInt8]) throws(RecordBatchError) -> [UInt8] {
    // Safety: here and below, zlib is given pointers to arrays for the length of one call, with their counts; the stream
    // is ended before it goes out of scope.
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard
      unsafe deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, zlibVersion(), size
      )
        == Z_OK
    else { throw .malformed("gzip can't be begun") }
    defer { _ = unsafe deflateEnd(&stream) }
    var input = bytes
    let bound = Int(unsafe deflateBound(&stream, UInt(bytes.count)))
    var isDone = false
    let output = unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        unsafe stream.next_in = input.baseAddress
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(bound)
        isDone = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = bound - Int(unsafe stream.avail_out)
      }
    }
    guard isDone else { throw .malformed("gzip did not end") }
    return output
  }

  static func decompress(_ bytes: [UInt8], limit: Int) throws(RecordBatchError) -> [UInt8] {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(&stream, 15 + 16, zlibVersion(), size) == Z_OK else {
      throw .malformed("gzip can't be begun")
    }
    defer { _ = unsafe inflateEnd(&stream) }
    var input = bytes
    var output: [UInt8] = []
    var failure: RecordBatchError?
    unsafe input.withUnsafeMutableBufferPointer { input in
      unsafe stream.next_in = input.baseAddress
      unsafe stream.avail_in = UInt32(input.count)
      while failure == nil {
        var status = Z_OK
        let step = unsafe [UInt8](unsafeUninitializedCapacity: Self.stepBytes) { room, count in
          unsafe stream.next_out = room.baseAddress
          unsafe stream.avail_out = UInt32(Self.stepBytes)
          status = unsafe inflate(&stream, Z_NO_FLUSH)
          count = Self.stepBytes - Int(unsafe stream.avail_out)
        }
        output += step
        if output.count > limit {
          failure = .tooLarge(limit: limit)
        } else if status == Z_STREAM_END {
          // Several members may follow each other.
          guard unsafe stream.avail_in > 0 else { return }
          if unsafe inflateReset(&stream) != Z_OK { failure = .malformed("gzip can't go on") }
        } else if status != Z_OK {
          failure = .malformed("it is not gzip, or is cut (\(status))")
        }
      }
    }
    if let failure { throw failure }
    return output
  }
}
