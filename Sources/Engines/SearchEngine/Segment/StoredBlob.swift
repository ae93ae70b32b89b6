internal import CZstd
internal import Synchronization

/// A stored document: a byte that says how, then its bytes, compressed where that makes them fewer; nothing where it has no
/// bytes.
enum StoredBlob {
  /// How a document is stored.
  private enum Form {
    static let plain: UInt8 = 0
    /// One zstd frame.
    static let compressed: UInt8 = 1
    /// One zstd frame that refers to the segment's dictionary.
    static let compressedWithDictionary: UInt8 = 2
  }

  /// Compresses documents one after the other, with a context of its own that is used again.
  // Safety: the context is made in `init`, used by one thread at a time since the type is not `Sendable`, and freed in
  // `deinit`; it refers to the dictionary, which is held as long.
  @safe final class Packer {
    private let context: OpaquePointer?
    /// What documents are compressed with; nil where they are compressed alone.
    let dictionary: StoredDictionary?

    /// Compresses documents with a dictionary; alone where there is none, or no memory for it.
    init(orAlone dictionary: StoredDictionary? = nil) {
      let made = unsafe ZSTD_createCCtx()
      var used: StoredDictionary?
      if let made = unsafe made {
        if let dictionary, unsafe dictionary.attach(to: made) {
          used = dictionary
        } else {
          // It stays as the library has it where it can't be set.
          _ = unsafe ZSTD_CCtx_setParameter(made, ZSTD_c_compressionLevel, StoredBlob.level)
        }
      }
      self.dictionary = used
      unsafe context = unsafe made
    }

    deinit { unsafe _ = ZSTD_freeCCtx(context) }

    func packed(_ bytes: [UInt8]) -> [UInt8] {
      guard !bytes.isEmpty else { return [] }
      guard let context = unsafe context else { return [Form.plain] + bytes }
      let bound = ZSTD_compressBound(bytes.count)
      // Safety: the library writes at most `bound` bytes after the first, and reads the input within its count.
      let compressed = unsafe [UInt8](unsafeUninitializedCapacity: bound + 1) { output, count in
        unsafe output[0] = dictionary == nil ? Form.compressed : Form.compressedWithDictionary
        let written = unsafe bytes.withUnsafeBytes { input in
          unsafe ZSTD_compress2(
            context, output.baseAddress.map { unsafe $0 + 1 }, bound, input.baseAddress, input.count)
        }
        count = ZSTD_isError(written) != 0 ? 0 : written + 1
      }
      return compressed.isEmpty || compressed.count > bytes.count ? [Form.plain] + bytes : compressed
    }
  }

  /// zstd's level: documents are written more often than it is worth to squeeze them.
  private static let level: Int32 = 1

  /// Whether a blob can only be read with its segment's dictionary.
  static func needsDictionary(_ blob: [UInt8]) -> Bool { blob.first == Form.compressedWithDictionary }

  /// A document's bytes.
  ///
  /// - Parameter dictionary: that of the segment.
  static func unpacked(_ blob: [UInt8], dictionary: StoredDictionary?) -> [UInt8] {
    guard let form = blob.first, form != Form.plain else { return Array(blob.dropFirst()) }
    // Safety: the frame says its size, which was written by this program and is covered by the section's checksum, and the
    // library writes no more than the room it is given.
    return unsafe blob.withUnsafeBytes { input -> [UInt8] in
      let source = unsafe UnsafeRawBufferPointer(rebasing: input.dropFirst())
      let size = unsafe ZSTD_getFrameContentSize(source.baseAddress, source.count)
      guard size <= 1 << 30 else { return [] }
      return unsafe [UInt8](unsafeUninitializedCapacity: Int(size)) { output, count in
        let target = unsafe UnsafeMutableBufferPointer(start: output.baseAddress, count: Int(size))
        let written = unsafe DecompressionContexts.shared.withContext { context -> Int in
          if form == Form.compressedWithDictionary {
            return unsafe dictionary?.decompress(source, into: target, with: context) ?? 0
          }
          return unsafe ZSTD_decompressDCtx(
            context, target.baseAddress, target.count, source.baseAddress, source.count)
        }
        count = ZSTD_isError(written) != 0 ? 0 : written
      }
    }
  }
}

/// Contexts of zstd that threads use one after the other: making one costs more than reading a document.
// Safety: a context is in the list or with one thread, which has taken it out; those in the list live as long as it.
@safe private final class DecompressionContexts: Sendable {
  static let shared = DecompressionContexts()
  private let free = Mutex<[Context]>([])

  @safe private struct Context: @unchecked Sendable {
    let pointer: OpaquePointer

    init?() {
      guard let pointer = unsafe ZSTD_createDCtx() else { return nil }
      unsafe self.pointer = unsafe pointer
    }
  }

  /// Runs `body` with a context of its own; 0 where there is no memory for one.
  // Safety: the caller does not let the context out of the closure.
  @unsafe func withContext(_ body: (OpaquePointer) -> Int) -> Int {
    guard let context = free.withLock({ $0.popLast() }) ?? Context() else { return 0 }
    defer { free.withLock { $0.append(context) } }
    return unsafe body(context.pointer)
  }
}
