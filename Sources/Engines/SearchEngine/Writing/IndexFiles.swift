internal import ByteCoding
internal import DurableFiles

/// The files of an index: `segment-N`, which never changes, and `changes-N-M` with the deletions and live values of
/// segment N at its M-th change. Formats: `docs/formats/search-segment.md`.
struct IndexFiles: Sendable {
  private let directory: String
  /// The segments on the disk.
  private var written: [UInt64: Changes] = [:]

  /// A segment's latest changes on the disk.
  fileprivate struct Changes: Sendable {
    /// 0 while there are none.
    var number: UInt64 = 0
    var checksum: UInt32 = 0
  }

  /// What a manifest says of a segment: its number and checksum, and the changes to it.
  private struct Entry {
    let segment: UInt64
    let checksum: UInt32
    let changes: Changes
  }

  init(directory: String) { self.directory = directory }

  private static let changesMagic = Array("XOPIXCHG".utf8)
  private static let changesVersion: UInt32 = 1

  private func segmentPath(_ number: UInt64) -> String { "\(directory)/segment-\(number)" }
  private func changesPath(_ number: UInt64, _ change: UInt64) -> String { "\(directory)/changes-\(number)-\(change)" }

  // MARK: Writing

  /// What a checkpoint has written.
  struct Written: Sendable {
    let manifest: [UInt8]
    fileprivate var changes: [UInt64: Changes] = [:]
    /// The segments that were in memory, read from their files.
    fileprivate(set) var mapped: [UInt64: Segment] = [:]
  }

  /// Writes what is not on the disk yet of some views.
  func write(
    _ views: [SegmentView], nextNumber: UInt64, definition: IndexDefinition
  ) throws(IndexError) -> Written {
    var manifest = ByteWriter()
    manifest.write(nextNumber)
    manifest.writeVarint(UInt64(views.count))
    var changes: [UInt64: Changes] = [:]
    var mapped: [UInt64: Segment] = [:]
    do throws(FileError) {
      for view in views {
        let number = view.segment.number
        if written[number] == nil {
          let bytes = view.segment.bytes
          try Files.replace(segmentPath(number), with: bytes.bytes(0..<bytes.count))
          mapped[number] = try self.mapped(number, definition, lookups: view.segment.lookups)
        }
        var latest = written[number] ?? Changes()
        if view.isChanged {
          let bytes = Self.encoded(view)
          latest = Changes(number: latest.number + 1, checksum: Self.checksum(ofChanges: bytes))
          try Files.replace(changesPath(number, latest.number), with: bytes)
        }
        changes[number] = latest
        manifest.writeVarint(number)
        manifest.write(SegmentFormat.checksum(of: view.segment.bytes))
        manifest.writeVarint(latest.number)
        manifest.write(latest.checksum)
      }
    } catch {
      throw .storage(error.description)
    }
    return Written(manifest: manifest.bytes, changes: changes, mapped: mapped)
  }

  /// Goes on from what a checkpoint has written.
  mutating func adopt(_ written: Written) {
    for (number, changes) in written.changes { self.written[number] = changes }
  }

  /// Writes a segment that was just made, and reads it from its file; nil where it can't be written, so that it stays in
  /// memory until a checkpoint tells why.
  func segment(_ number: UInt64, of bytes: [UInt8], definition: IndexDefinition) -> Segment? {
    do throws(FileError) {
      try Files.replace(segmentPath(number), with: bytes)
      return try mapped(number, definition, lookups: SegmentLookups())
    } catch {
      return nil
    }
  }

  /// A segment is on the disk, without changes.
  mutating func note(_ number: UInt64) { written[number] = Changes() }

  /// Forgets all segments but these.
  mutating func keep(_ numbers: Set<UInt64>) { written = written.filter { numbers.contains($0.key) } }

  private func mapped(
    _ number: UInt64, _ definition: IndexDefinition, lookups: SegmentLookups
  ) throws(FileError) -> Segment {
    let path = segmentPath(number)
    let file = try MappedFile(path: path)
    do throws(IndexError) {
      return try Segment(
        number: number, bytes: SegmentBytes(file), path: path, definition: definition, lookups: lookups)
    } catch {
      throw FileError(operation: "open", path: path, reason: error.description)
    }
  }

  private static func encoded(_ view: SegmentView) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeBytes(changesMagic)
    writer.write(changesVersion)
    writer.write(UInt32(view.segment.documentCount))
    writer.write(UInt32(view.liveFieldCount))
    var bits: UInt8 = 0
    for document in 0..<view.segment.documentCount {
      if view.isDeleted(document) { bits |= 1 << UInt8(document & 7) }
      if document & 7 == 7 || document == view.segment.documentCount - 1 {
        writer.write(bits)
        bits = 0
      }
    }
    for field in 0..<view.liveFieldCount {
      for document in 0..<view.segment.documentCount { writer.write(view.liveValue(field, of: document)) }
    }
    writer.write(Checksum.crc32c(writer.bytes))
    return writer.bytes
  }

  // MARK: Reading

  /// The views and the next segment number that a manifest describes.
  func open(
    _ manifest: [UInt8], definition: IndexDefinition
  ) throws(IndexError) -> (views: [SegmentView], nextNumber: UInt64) {
    let liveFields = definition.fields.count { $0.isLive }
    let (entries, nextNumber) = try Self.entries(of: manifest)
    var views: [SegmentView] = []
    for entry in entries {
      let segment: Segment
      let path = segmentPath(entry.segment)
      let file: MappedFile
      do throws(FileError) { file = try MappedFile(path: path) } catch { throw .storage(error.description) }
      segment = try Segment(number: entry.segment, bytes: SegmentBytes(file), path: path, definition: definition)
      guard SegmentFormat.checksum(of: segment.bytes) == entry.checksum else {
        throw .damagedFile(path: path, section: "the header", reason: "it is another segment than the one written here")
      }
      var view = SegmentView(segment: segment, liveFields: liveFields)
      if entry.changes.number > 0 { try read(entry.changes, of: entry.segment, into: &view) }
      view.isChanged = false
      views.append(view)
    }
    return (views, nextNumber)
  }

  private func read(_ changes: Changes, of number: UInt64, into view: inout SegmentView) throws(IndexError) {
    let path = changesPath(number, changes.number)
    func damaged(_ reason: String) -> IndexError { .damagedFile(path: path, section: "the changes", reason: reason) }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path) } catch { throw .storage(error.description) }
    let content = Array(bytes.dropLast(4))
    let stored = Self.checksum(ofChanges: bytes)
    guard bytes.count >= 24, content.starts(with: Self.changesMagic), stored == Checksum.crc32c(content) else {
      throw damaged("the checksum is wrong")
    }
    guard stored == changes.checksum else { throw damaged("they are others than those written here") }
    do throws(ByteReaderError) {
      var reader = ByteReader(content.rawBytes)
      try reader.skip(Self.changesMagic.count)
      let version = try reader.read(UInt32.self)
      let documents = Int(try reader.read(UInt32.self))
      let fields = Int(try reader.read(UInt32.self))
      guard version == Self.changesVersion, documents == view.segment.documentCount, fields == view.liveFieldCount
      else {
        throw ByteReaderError.malformedText(offset: 8)
      }
      let bits = try reader.readBytes((documents + 7) / 8)
      for document in 0..<documents where bits[document >> 3] & (1 << UInt8(document & 7)) != 0 {
        view.delete(document)
      }
      for field in 0..<fields {
        for document in 0..<documents {
          let value = try reader.readDouble()
          if !value.isNaN { view.setLive(field, of: document, to: value) }
        }
      }
    } catch {
      throw damaged("it does not fit its segment, or was written by another version")
    }
  }

  /// The checksum that the changes end with.
  private static func checksum(ofChanges bytes: [UInt8]) -> UInt32 {
    bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }

  private static func entries(of manifest: [UInt8]) throws(IndexError) -> ([Entry], UInt64) {
    do throws(ByteReaderError) {
      var reader = ByteReader(manifest.rawBytes)
      let nextNumber = try reader.read(UInt64.self)
      var entries: [Entry] = []
      for _ in 0..<(try reader.readCount()) {
        let segment = try reader.readVarint()
        let checksum = try reader.read(UInt32.self)
        let changes = Changes(number: try reader.readVarint(), checksum: try reader.read(UInt32.self))
        entries.append(Entry(segment: segment, checksum: checksum, changes: changes))
      }
      return (entries, nextNumber)
    } catch {
      throw .damagedFile(path: "the index's manifest", section: "its entries", reason: "\(error)")
    }
  }

  /// Takes over the numbers of a manifest's files, after opening it.
  mutating func adopt(_ manifest: [UInt8]) throws(IndexError) {
    let (entries, _) = try Self.entries(of: manifest)
    written = Dictionary(entries.map { ($0.segment, $0.changes) }) { _, last in last }
  }

  /// Removes the files that neither a manifest names nor the writer has, nor one of `others`, segments that are being
  /// written.
  func discard(notIn manifest: [UInt8], nor others: [UInt64]) {
    guard let (entries, _) = try? Self.entries(of: manifest), let names = try? Files.list(directory) else { return }
    var kept: Set<String> = []
    for entry in entries {
      kept.insert("segment-\(entry.segment)")
      kept.insert("changes-\(entry.segment)-\(entry.changes.number)")
    }
    for (number, changes) in written {
      kept.insert("segment-\(number)")
      kept.insert("changes-\(number)-\(changes.number)")
    }
    for number in others {
      kept.insert("segment-\(number)")
      kept.insert("segment-\(number).new")
    }
    for name in names where (name.hasPrefix("segment-") || name.hasPrefix("changes-")) && !kept.contains(name) {
      // A file that can't be removed costs room, nothing else. What is mapped stays readable.
      try? Files.remove("\(directory)/\(name)")
    }
  }
}
