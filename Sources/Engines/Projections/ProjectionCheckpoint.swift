internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// What makes a generation's state and its place in the log one thing: written last, replaced atomically.
///
/// The file `checkpoint` (docs/formats/checkpoint.md): a file header, the content, and the content's CRC-32C.
struct ProjectionCheckpoint: Equatable {
  static let fileName = "checkpoint"
  static let magic = "XOPIXCKP"
  static let formatVersion: UInt32 = 2

  /// Counts the checkpoints of a generation, from 1.
  var number: UInt64
  /// The ordinal of the first batch that is not part of the state.
  var nextOrdinal: UInt64
  /// The offsets that belong to ``nextOrdinal``.
  var position: Position
  /// Places in the output topics: everything before them follows from the state's events, and of what follows from
  /// those that are not part of the state nothing stands before them.
  var outputEnds: Position
  var statistics: ProjectionStatistics
  var identities: EventIdentityJournal.Manifest
  /// What each model needs to find its files again, by model.
  var modelManifests: [String: [UInt8]]

  func write(to directory: String) throws {
    var content = ByteWriter()
    content.write(number)
    content.write(nextOrdinal)
    position.write(to: &content)
    outputEnds.write(to: &content)
    statistics.write(to: &content)
    (identities.older ?? CheckpointedFile(number: 0)).write(to: &content)
    identities.newer.write(to: &content)
    content.writeVarint(UInt64(modelManifests.count))
    for (name, manifest) in modelManifests.sorted(by: { $0.key < $1.key }) {
      content.writePrefixed(name)
      content.writePrefixed(manifest)
    }
    var file = ByteWriter()
    file.writeBytes(Self.magic.utf8)
    file.write(Self.formatVersion)
    file.writeBytes(content.bytes)
    file.write(Checksum.crc32c(file.bytes))
    try Files.replace(directory + "/" + Self.fileName, with: file.bytes)
  }

  /// The checkpoint of a generation; nil where it has none yet.
  static func read(from directory: String) throws -> ProjectionCheckpoint? {
    let path = directory + "/" + fileName
    guard Files.exists(path) else { return nil }
    return try decode(Files.read(path), path: path)
  }

  static func decode(_ bytes: [UInt8], path: String) throws(ProjectionError) -> ProjectionCheckpoint {
    guard bytes.count >= magic.utf8.count + 8, bytes.starts(with: magic.utf8) else {
      throw .damagedFile(path: path, reason: "it does not start as a checkpoint does")
    }
    let checked = Array(bytes.dropLast(4))
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard stored == Checksum.crc32c(checked) else {
      throw .damagedFile(path: path, reason: "its checksum is wrong")
    }
    do {
      var reader = ByteReader(checked.rawBytes)
      try reader.skip(magic.utf8.count)
      let version = try reader.read(UInt32.self)
      guard version == formatVersion else {
        throw ProjectionError.unknownFormat(path: path, found: version, known: formatVersion)
      }
      let checkpoint = try ProjectionCheckpoint(from: &reader)
      guard reader.remaining == 0 else {
        throw ProjectionError.damagedFile(path: path, reason: "bytes follow its content")
      }
      return checkpoint
    } catch let error as ProjectionError {
      throw error
    } catch {
      throw .damagedFile(path: path, reason: "\(error)")
    }
  }
}

extension ProjectionCheckpoint {
  @_lifetime(reader: copy reader)
  init(from reader: inout ByteReader) throws(ByteReaderError) {
    number = try reader.read()
    nextOrdinal = try reader.read()
    position = try Position(from: &reader)
    outputEnds = try Position(from: &reader)
    statistics = try ProjectionStatistics(from: &reader)
    let older = try CheckpointedFile(from: &reader)
    let newer = try CheckpointedFile(from: &reader)
    identities = EventIdentityJournal.Manifest(older: older.number == 0 ? nil : older, newer: newer)
    modelManifests = [:]
    for _ in 0..<(try reader.readCount()) {
      let name = try reader.readPrefixedString()
      modelManifests[name] = try reader.readPrefixedBytes()
    }
  }
}

/// Why a projection can't be opened or go on.
public enum ProjectionError: Error, Equatable, CustomStringConvertible {
  /// A file of a generation is damaged; the generation can be built anew from the log.
  case damagedFile(path: String, reason: String)
  /// A file was written by another version of Xopix.
  case unknownFormat(path: String, found: UInt32, known: UInt32)
  /// A model's state was built by definitions, e.g. of views, that are not those of now.
  case otherDefinitions(directory: String, of: String)
  /// A generation has read batches that the log does not have (any more).
  case logEndsEarly(directory: String, checkpoint: UInt64, log: UInt64)

  /// What failed, where, and what to do.
  public var description: String {
    switch self {
    case .damagedFile(let path, let reason):
      "\(path) is damaged: \(reason). Run `xopix rebuild all --activate --data DIR` to build the read models anew from the log."
    case .unknownFormat(let path, let found, let known):
      "\(path) has format \(found); this xopix knows format \(known). Use the version that wrote it, or rebuild."
    case .otherDefinitions(let directory, let what):
      "\(directory) was built by other definitions of \(what). "
        + "Run `xopix rebuild all --activate --data DIR` to build the read models anew from the log."
    case .logEndsEarly(let directory, let checkpoint, let log):
      "\(directory) has read \(checkpoint) batches, and the log has \(log): the log has lost events. Restore it from a "
        + "copy, or run `xopix rebuild all --activate --data DIR` to go on with what is left."
    }
  }
}
