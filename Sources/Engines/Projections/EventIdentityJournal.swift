internal import ByteCoding
internal import DurableFiles

/// The identities of the latest events, in memory and, up to the last checkpoint, in files.
///
/// Each half of the window has a file `identities-NUMBER`, to which a checkpoint appends the identities seen since the
/// one before it, 16 bytes each, so its cost does not depend on how many are remembered.
struct EventIdentityJournal {
  /// What a checkpoint keeps of the journal.
  struct Manifest: Equatable {
    /// The file of the older half; nil where there is none yet.
    var older: CheckpointedFile?
    /// The file of the newer half.
    var newer: CheckpointedFile
  }

  private static let fileName = "identities"

  private let directory: String
  private var window: EventIdentityWindow
  private var manifest: Manifest
  /// Identities that no file has yet; the first ones belong to the older half where the halves have moved on.
  private var pendingOlder: [EventIdentity] = []
  private var pendingNewer: [EventIdentity] = []
  /// Files that the next checkpoint does not name, and those that the last one does not.
  private var obsolete: [CheckpointedFile] = []
  private var discardable: [CheckpointedFile] = []

  init(directory: String, restoring saved: Manifest?, halfCapacity: Int = 2_000_000) throws {
    self.directory = directory
    window = EventIdentityWindow(halfCapacity: halfCapacity)
    manifest = saved ?? Manifest(older: nil, newer: CheckpointedFile(number: 1))
    guard let saved else { return }
    // The older half is full, so that what follows starts the newer one.
    if let older = saved.older { try load(older) }
    try load(saved.newer)
  }

  /// Remembers `identity`; false where it was known.
  mutating func insert(_ identity: EventIdentity) -> Bool {
    let countBefore = window.newer.count
    guard window.insert(identity) else { return false }
    pendingNewer.append(identity)
    if window.newer.count < countBefore { beginNextHalf() }
    return true
  }

  /// Makes every identity remembered so far durable.
  mutating func checkpoint() throws -> Manifest {
    if var older = manifest.older, !pendingOlder.isEmpty {
      try older.append(Self.payload(of: pendingOlder), named: Self.fileName, in: directory)
      manifest.older = older
      pendingOlder = []
    }
    try manifest.newer.append(Self.payload(of: pendingNewer), named: Self.fileName, in: directory)
    pendingNewer = []
    // What becomes obsolete from now on is still named by the checkpoint that this manifest is for.
    discardable += obsolete
    obsolete = []
    return manifest
  }

  /// Removes the files of halves that are forgotten, once a checkpoint without them is durable.
  mutating func discardFiles() {
    // A file that cannot be removed costs room, nothing else: the next start of this generation passes it over.
    for file in discardable { try? Files.remove(file.path(named: Self.fileName, in: directory)) }
    discardable = []
  }

  private mutating func beginNextHalf() {
    if let older = manifest.older { obsolete.append(older) }
    manifest.older = manifest.newer
    manifest.newer = CheckpointedFile(number: manifest.newer.number + 1)
    // What the half before had pending is forgotten with it.
    pendingOlder = pendingNewer
    pendingNewer = []
  }

  private mutating func load(_ file: CheckpointedFile) throws {
    var loaded = window
    try file.forEachPayload(named: Self.fileName, in: directory) { payload throws(ByteReaderError) in
      var reader = ByteReader(payload.rawBytes)
      while reader.remaining > 0 {
        let high = try reader.read(UInt64.self)
        let low = try reader.read(UInt64.self)
        _ = loaded.insert(EventIdentity(high: high, low: low))
      }
    }
    window = loaded
  }

  private static func payload(of identities: [EventIdentity]) -> [UInt8] {
    var writer = ByteWriter(capacity: identities.count * 16)
    for identity in identities {
      writer.write(identity.high)
      writer.write(identity.low)
    }
    return writer.bytes
  }
}
