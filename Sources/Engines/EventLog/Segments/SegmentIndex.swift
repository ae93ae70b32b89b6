internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// Where batches start in a segment, one in about each 16 KiB, and the latest timestamp before each.
///
/// A segment that grows has its entries in memory; a sealed one has them in its index file, mapped.
struct SegmentIndex: Sendable {
  /// A place in a segment where a batch starts.
  struct Entry: Equatable {
    let offset: Int64
    let position: Int
    /// The latest timestamp of all batches before this place; `Int64.min` where there are none.
    let timestampBefore: Int64
  }

  private enum Storage {
    case growing([Entry])
    case mapped(MappedFile)
  }

  /// An entry is kept for each of this many bytes.
  static let interval = 16 << 10
  static let entryBytes = 24

  private var storage = Storage.growing([])

  /// No entries.
  init() {}

  /// The entries of an index file that was checked.
  init(mapped file: MappedFile) { storage = .mapped(file) }

  /// Entries in memory.
  init(entries: [Entry]) { storage = .growing(entries) }

  var count: Int {
    switch storage {
    case .growing(let entries): entries.count
    case .mapped(let file): (file.byteCount - SegmentIndexFile.headerBytes) / Self.entryBytes
    }
  }

  func entry(_ number: Int) -> Entry {
    switch storage {
    case .growing(let entries): return entries[number]
    case .mapped(let file):
      // The file is mapped whole and `number` is below its count, so that the reads can't run short.
      var reader = ByteReader(file.bytes)
      do throws(ByteReaderError) {
        try reader.skip(SegmentIndexFile.headerBytes + number * Self.entryBytes)
        return Entry(
          offset: try reader.read(), position: Int(try reader.read(Int64.self)), timestampBefore: try reader.read())
      } catch {
        return Entry(offset: 0, position: 0, timestampBefore: .min)
      }
    }
  }

  /// Notes that a batch starts at `position`, where the last entry is far enough before it.
  mutating func note(_ entry: Entry) {
    guard case .growing(var entries) = storage else { return }
    if let last = entries.last, entry.position - last.position < Self.interval { return }
    // Taken out before it is changed, so that the array is not copied.
    storage = .growing([])
    entries.append(entry)
    storage = .growing(entries)
  }

  /// Forgets the entries at `position` and after it, and grows from there.
  mutating func cut(to position: Int) {
    storage = .growing((0..<count).map { entry($0) }.filter { $0.position < position })
  }

  /// The last entry at or before `offset`.
  func last(atOrBefore offset: Offset) -> Entry? { last { $0.offset <= offset.rawValue } }

  /// The last entry before which every timestamp is below `timestamp`.
  func last(before timestamp: Int64) -> Entry? { last { $0.timestampBefore < timestamp } }

  /// The last entry at or before `position`.
  func last(atOrBeforePosition position: Int) -> Entry? { last { $0.position <= position } }

  private func last(where isBefore: (Entry) -> Bool) -> Entry? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(entry(middle)) { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : entry(low - 1)
  }
}
