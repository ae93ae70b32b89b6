internal import ByteCoding
internal import Projections

/// A map from texts to values in memory, with the changes since the last checkpoint, made durable by a journal.
struct CheckpointedMap<Value: Equatable & Sendable> {
  /// What is in the map.
  private(set) var values: [String: Value] = [:]
  private var changed: Set<String> = []
  private var journal: KeyedJournal
  private let encode: (Value) -> [UInt8]
  private let name: String

  init(
    directory: String, name: String, manifest: [UInt8]?, encode: @escaping (Value) -> [UInt8],
    decode: ([UInt8]) throws(ByteReaderError) -> Value
  ) throws {
    self.encode = encode
    self.name = name
    var loaded: [String: Value] = [:]
    var damage: ByteReaderError?
    journal = try KeyedJournal(directory: directory, name: name, restoring: manifest) { change in
      do throws(ByteReaderError) {
        let key = String(decoding: change.key, as: UTF8.self)
        if let value = change.value { loaded[key] = try decode(value) } else { loaded[key] = nil }
      } catch {
        damage = error
      }
    }
    if let damage {
      throw ProjectionError.damagedFile(path: "\(directory)/\(name)", reason: "\(damage)")
    }
    values = loaded
  }

  mutating func set(_ key: String, to value: Value) {
    values[key] = value
    changed.insert(key)
  }

  /// Makes the map durable and returns what it is restored from.
  mutating func checkpoint() throws -> [UInt8] {
    let changes = changed.sorted().map { key in (Array(key.utf8), values[key].map(encode)) }
    let manifest = try journal.checkpoint(changes: changes, count: values.count) {
      values.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), encode($0.value)) }
    }
    changed = []
    return manifest
  }

  func discardOldFiles() { journal.discardOldFiles() }

  /// The checksum of the content, whatever the order in which it came to be.
  var checksum: LogicalChecksum {
    var checksum = LogicalChecksum()
    for (key, value) in values {
      var item = ByteWriter()
      item.writePrefixed(name)
      item.writePrefixed(key)
      item.writeBytes(encode(value))
      checksum.insert(item.bytes)
    }
    return checksum
  }
}
