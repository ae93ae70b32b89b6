internal import CZstd
internal import Synchronization

/// What the stored documents of a segment have in common, as zstd uses it: small documents alone have little to refer to.
// Safety: the digested dictionaries are made in `init`, only read after that, by any number of threads, which the library
// allows, and freed once, in `deinit`.
@safe final class StoredDictionary: @unchecked Sendable {
  /// The dictionary.
  let bytes: [UInt8]
  private let decompression: OpaquePointer
  /// Made when it is first needed: a segment that is only read never does.
  private let compression = Mutex<Compression?>(nil)

  // Safety: as above.
  @safe private final class Compression: @unchecked Sendable {
    let digested: OpaquePointer

    init?(_ bytes: [UInt8]) {
      guard let digested = unsafe ZSTD_createCDict(bytes, bytes.count, StoredDictionary.level) else { return nil }
      unsafe self.digested = unsafe digested
    }

    deinit { unsafe _ = ZSTD_freeCDict(digested) }
  }

  /// The level of documents that are compressed with a dictionary: that is done once or twice for each.
  private static let level: Int32 = 3

  /// nil where there is no memory for it.
  init?(_ bytes: [UInt8]) {
    guard let digested = unsafe ZSTD_createDDict(bytes, bytes.count) else { return nil }
    unsafe decompression = unsafe digested
    self.bytes = bytes
  }

  deinit { unsafe _ = ZSTD_freeDDict(decompression) }

  // MARK: Training

  /// The most bytes of a dictionary, and of the documents that it is made of: a hundred times as many, as the library says.
  private static let mostBytes = 32 << 10
  private static let sampledBytes = 100 * mostBytes
  private static let mostSamples = 20_000
  /// Larger documents have enough to refer to in themselves.
  private static let mostBytesOfDocument = 4 << 10

  /// A dictionary of documents, some of which are asked for; nil where it would save no more than it takes.
  ///
  /// - Parameter document: gives the bytes of one of `count` documents.
  static func trained(count: Int, document: (Int) -> [UInt8]) -> StoredDictionary? {
    guard count > 0 else { return nil }
    // A few tell how large documents are, and so how many are needed.
    let probes = Self.places(min(count, 64), of: count).map { document($0).count }
    let mean = max(1, probes.reduce(0, +) / probes.count)
    guard mean <= mostBytesOfDocument else { return nil }
    var samples: [UInt8] = []
    var sizes: [Int] = []
    for place in Self.places(min(count, sampledBytes / mean, mostSamples), of: count) {
      let bytes = document(place).prefix(mostBytesOfDocument)
      guard !bytes.isEmpty else { continue }
      samples += bytes
      sizes.append(bytes.count)
    }
    guard let dictionary = made(of: samples, sizes) else { return nil }
    let packer = StoredBlob.Packer(orAlone: dictionary)
    let plain = StoredBlob.Packer()
    let saved = Self.places(min(count, 256), of: count).reduce(0) { saved, place in
      let bytes = document(place)
      return saved + plain.packed(bytes).count - packer.packed(bytes).count
    }
    return saved * count / min(count, 256) > 2 * dictionary.bytes.count ? dictionary : nil
  }

  /// So many places spread evenly.
  private static func places(_ count: Int, of total: Int) -> [Int] { (0..<count).map { $0 * total / count } }

  private static func made(of samples: [UInt8], _ sizes: [Int]) -> StoredDictionary? {
    guard sizes.count >= 16 else { return nil }
    // Safety: the library writes at most as many bytes as there is room for, and reads as many as the sizes add up to.
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: mostBytes) { output, count in
      let made = unsafe ZDICT_trainFromBuffer(output.baseAddress, mostBytes, samples, sizes, UInt32(sizes.count))
      count = ZDICT_isError(made) != 0 ? 0 : made
    }
    return bytes.isEmpty ? nil : StoredDictionary(bytes)
  }

  // MARK: Use

  /// Lets a context compress with the dictionary, for as long as this value lives; false where there is no memory for it.
  // Safety: the caller holds this value as long as the context.
  @unsafe func attach(to context: OpaquePointer) -> Bool {
    let compression = compression.withLock { made -> Compression? in
      if made == nil { made = Compression(bytes) }
      return made
    }
    guard let compression else { return false }
    // Which of the segment's dictionaries it is need not be said: there is one.
    return unsafe ZSTD_isError(ZSTD_CCtx_refCDict(context, compression.digested)) == 0
      && ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0)) == 0
  }

  /// Decompresses a frame into room of its size; returns what the library does.
  // Safety: the caller gives the room that it says.
  @unsafe func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<UInt8>, with context: OpaquePointer
  ) -> Int {
    unsafe ZSTD_decompress_usingDDict(
      context, target.baseAddress, target.count, source.baseAddress, source.count, decompression)
  }
}
