internal import CZstd

/// A stored document: a byte that says how, then its bytes, compressed where that makes them fewer; nothing where it has no
/// bytes.
enum StoredBlob {
  /// Compresses documents one after the other, with a context of its own that is used again.
  // Safety: the context is made in `init`, used by one thread at a time since the type is not `Sendable`, and freed in
  // `deinit`.
  @safe final class Packer {
    private let context: OpaquePointer?

    init() { unsafe context = unsafe ZSTD_createCCtx() }

    deinit { unsafe _ = ZSTD_freeCCtx(context) }

    func packed(_ bytes: [UInt8]) -> [UInt8] {
      guard !bytes.isEmpty else { return [] }
      guard let context = unsafe context else { return [0] + bytes }
      let bound = ZSTD_compressBound(bytes.count)
      // Safety: the library writes at most `bound` bytes after the first, and reads the input within its count.
      let compressed = unsafe [UInt8](unsafeUninitializedCapacity: bound + 1) { output, count in
        unsafe output[0] = 1
        let written = unsafe bytes.withUnsafeBytes { input in
          unsafe ZSTD_compressCCtx(
            context, output.baseAddress.map { unsafe $0 + 1 }, bound, input.baseAddress, input.count,
            StoredBlob.level)
        }
        count = ZSTD_isError(written) != 0 ? 0 : written + 1
      }
      return compressed.isEmpty || compressed.count > bytes.count ? [0] + bytes : compressed
    }
  }

  /// zstd's level: documents are written more often than it is worth to squeeze them.
  private static let level: Int32 = 1

  static func unpacked(_ blob: [UInt8]) -> [UInt8] {
    guard blob.first == 1 else { return Array(blob.dropFirst()) }
    // Safety: as above; the frame says its size, which was written by this program and is covered by the section's
    // checksum, and the library writes no more than the room it is given.
    return unsafe blob.withUnsafeBytes { input -> [UInt8] in
      let source = unsafe UnsafeRawBufferPointer(rebasing: input.dropFirst())
      let size = unsafe ZSTD_getFrameContentSize(source.baseAddress, source.count)
      guard size <= 1 << 30 else { return [] }
      return unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { output, count in
        let written = unsafe ZSTD_decompress(output.baseAddress, Int(size), source.baseAddress, source.count)
        count = ZSTD_isError(written) != 0 ? 0 : written
      }
    }
  }
}
