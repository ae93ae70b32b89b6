internal import ByteCoding
internal import DurableFiles

/// A map from keys to values, kept in memory by its owner, whose changes are made durable checkpoint by checkpoint.
///
/// A checkpoint appends only what changed. When the file holds more than twice as many entries as the map, the whole
/// map is written to a new file, so the file stays proportional to the map and a checkpoint's amortised cost
/// proportional to the changes.
public struct KeyedJournal: Sendable {
  /// A key with its new value, or with nil where it was removed.
  public typealias Change = (key: [UInt8], value: [UInt8]?)

  private let directory: String
  private let name: String
  private var file: CheckpointedFile
  private var entriesInFile: UInt64 = 0

  /// Entries below which a file is not written anew, however many of them are outdated.
  private static let smallestCompaction: UInt64 = 10_000

  /// A journal whose files are called `name`, at the state described by `manifest`, or empty.
  ///
  /// - Parameter load: gets every change that the manifest covers, oldest first.
  public init(
    directory: String, name: String, restoring manifest: [UInt8]?, load: (Change) -> Void
  ) throws {
    self.directory = directory
    self.name = name
    guard let manifest else {
      file = CheckpointedFile(number: 1)
      return
    }
    do throws(ByteReaderError) {
      var reader = ByteReader(manifest.rawBytes)
      file = try CheckpointedFile(from: &reader)
    } catch {
      throw ProjectionError.damagedFile(path: directory, reason: "the place of \(name) in its checkpoint: \(error)")
    }
    var entries: UInt64 = 0
    try file.forEachPayload(named: name, in: directory) { payload throws(ByteReaderError) in
      var reader = ByteReader(payload.rawBytes)
      while reader.remaining > 0 {
        let key = try reader.readPrefixedBytes()
        let hasValue = try reader.read(UInt8.self) == 1
        load((key, hasValue ? try reader.readPrefixedBytes() : nil))
        entries += 1
      }
    }
    entriesInFile = entries
  }

  /// Makes `changes` durable, or the whole map where that is due; returns the manifest to restore from.
  ///
  /// - Parameters:
  ///   - count: the number of keys in the map.
  ///   - all: the whole map, asked for only when the file is written anew.
  public mutating func checkpoint(changes: [Change], count: Int, all: () -> [Change]) throws -> [UInt8] {
    let next = entriesInFile + UInt64(changes.count)
    var changed = self
    if next > 2 * UInt64(count) + Self.smallestCompaction {
      changed.file = CheckpointedFile(number: file.number + 1)
      changed.entriesInFile = 0
      try changed.append(all())
    } else {
      try changed.append(changes)
    }
    // Where an append failed half way, the journal stays where it was; what it left behind is cut off by the next one.
    self = changed
    var manifest = ByteWriter()
    file.write(to: &manifest)
    return manifest.bytes
  }

  /// Removes the files before the current one, once a checkpoint that names the current one is durable.
  public func discardOldFiles() {
    guard let names = try? Files.list(directory) else { return }
    for other in names where other.hasPrefix(name + "-") && other != "\(name)-\(file.number)" {
      // A file that cannot be removed costs room, nothing else.
      try? Files.remove(directory + "/" + other)
    }
  }

  private mutating func append(_ changes: [Change]) throws {
    // Frames of bounded size keep the memory of writing and reading them bounded.
    for start in stride(from: 0, to: changes.count, by: 65_536) {
      var payload = ByteWriter()
      let end = min(start + 65_536, changes.count)
      for change in changes[start..<end] {
        payload.writePrefixed(change.key)
        payload.write(UInt8(change.value == nil ? 0 : 1))
        if let value = change.value { payload.writePrefixed(value) }
      }
      try file.append(payload.bytes, named: name, in: directory)
    }
    entriesInFile += UInt64(changes.count)
  }
}
