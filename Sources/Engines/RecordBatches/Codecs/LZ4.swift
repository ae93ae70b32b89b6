internal import CLZ4

/// LZ4 frames, through liblz4. Blocks are independent of each other, as the Java client asks for.
enum LZ4 {
  private static let stepBytes = 256 << 10

  static func compress(_ bytes: [UInt8]) throws(RecordBatchError) -> [UInt8] {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.blockMode = LZ4F_blockIndependent
    let bound = unsafe LZ4F_compressFrameBound(bytes.count, &preferences)
    var isFailed = false
    let output = unsafe bytes.withUnsafeBytes { input in
      unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        // Safety: the output has the room that the library says is enough; the input is only read.
        let written = unsafe LZ4F_compressFrame(
          output.baseAddress, bound, input.baseAddress, input.count, &preferences)
        isFailed = LZ4F_isError(written) != 0
        count = isFailed ? 0 : written
      }
    }
    guard !isFailed else { throw .malformed("lz4 failed") }
    return output
  }

  static func decompress(_ bytes: [UInt8], limit: Int) throws(RecordBatchError) -> [UInt8] {
    var context: OpaquePointer?
    // Safety: the context is freed once, when this function returns; the pointers that it is given live as long as each
    // call, with the counts that belong to them.
    guard unsafe LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else {
      throw .malformed("lz4 can't be begun")
    }
    defer { unsafe LZ4F_freeDecompressionContext(context) }
    var output: [UInt8] = []
    var position = 0
    var isFrameOpen = true
    while position < bytes.count {
      var consumed = bytes.count - position
      var hint = 0
      let step = unsafe bytes.withUnsafeBytes { input in
        unsafe [UInt8](unsafeUninitializedCapacity: Self.stepBytes) { room, count in
          var produced = Self.stepBytes
          hint = unsafe LZ4F_decompress(
            context, room.baseAddress, &produced, input.baseAddress.map { unsafe $0 + position }, &consumed, nil)
          count = LZ4F_isError(hint) == 0 ? produced : 0
        }
      }
      guard LZ4F_isError(hint) == 0 else { throw .malformed("it is not lz4") }
      output += step
      position += consumed
      guard output.count <= limit else { throw .tooLarge(limit: limit) }
      // Zero says that the frame has ended; another may follow.
      isFrameOpen = hint != 0
      guard consumed > 0 || !step.isEmpty else { throw .malformed("lz4 does not go on") }
    }
    guard !isFrameOpen else { throw .malformed("its lz4 frame is cut") }
    return output
  }
}
