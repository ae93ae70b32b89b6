internal import CZstd

/// zstd frames (RFC 8878) in memory.
enum Zstandard {
  /// Compresses at level 1: the log is written once and its speed matters most.
  static func compress(_ bytes: [UInt8]) throws(RecordBatchError) -> [UInt8] {
    let bound = ZSTD_compressBound(bytes.count)
    var isFailed = false
    // Safety: the library writes at most `bound` bytes, the buffer's capacity, and reads the input within its count.
    let compressed = unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      unsafe bytes.withUnsafeBytes { input in
        let written = unsafe ZSTD_compress(output.baseAddress, bound, input.baseAddress, input.count, 1)
        isFailed = ZSTD_isError(written) != 0
        count = isFailed ? 0 : written
      }
    }
    if isFailed { throw .malformed("zstd could not compress it") }
    return compressed
  }

  /// Decompresses a frame, or several in a row, into at most `limit` bytes.
  static func decompress(_ bytes: [UInt8], limit: Int) throws(RecordBatchError) -> [UInt8] {
    // Producers may stream their frames, which then do not say how large they unpack: so unpack piece by piece.
    guard let stream = unsafe ZSTD_createDStream() else { throw .malformed("no memory for zstd") }
    defer { unsafe _ = ZSTD_freeDStream(stream) }
    var result: [UInt8] = []
    let pieceBytes = max(4096, min(limit, bytes.count * 4))
    var failure: RecordBatchError?
    unsafe bytes.withUnsafeBytes { source in
      var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
      var frameIsOpen = true
      while true {
        var produced = 0
        // Safety: the library writes at most `size` bytes to `dst` and reads at most `size` bytes from `src`, which are
        // the counts of the two buffers.
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, count in
          var output = unsafe ZSTD_outBuffer(dst: buffer.baseAddress, size: pieceBytes, pos: 0)
          let left = unsafe ZSTD_decompressStream(stream, &output, &input)
          if ZSTD_isError(left) != 0 { failure = .malformed("its zstd frame is damaged") }
          frameIsOpen = left != 0
          produced = unsafe output.pos
          count = produced
        }
        if failure != nil { return }
        if result.count + produced > limit {
          failure = .tooLarge(limit: limit)
          return
        }
        result += piece
        let isInputDone = unsafe input.pos == input.size
        if isInputDone, !frameIsOpen { return }
        if isInputDone, produced < pieceBytes {
          failure = .malformed("its zstd frame ends early")
          return
        }
      }
    }
    if let failure { throw failure }
    return result
  }
}
