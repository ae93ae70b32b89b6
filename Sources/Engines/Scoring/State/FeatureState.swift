public import ByteCoding

/// What is remembered of entities: a bounded number of them, those that were not seen for longest forgotten first.
///
/// Entities live in two generations. One that is seen moves to the young generation; when that holds half of the
/// room, it becomes the old one, and what was in the old one is forgotten.
public struct FeatureState: Sendable {
  /// An entity: its kind, and the hash of its value.
  public struct EntityKey: Hashable, Sendable {
    let kind: UInt8
    let hash: UInt64

    /// Nine bytes.
    public var bytes: [UInt8] {
      var writer = ByteWriter(capacity: 9)
      writer.write(kind)
      writer.write(hash)
      return writer.bytes
    }
  }

  private var young: [EntityKey: EntityHistory] = [:]
  private var old: [EntityKey: EntityHistory] = [:]
  private var changed: Set<EntityKey> = []
  private let room: Int
  /// The number of the young generation.
  public private(set) var generation: UInt64 = 1

  /// A state that remembers at most `entities`, at least 2.
  public init(entities: Int) { room = max(entities, 2) }

  /// The number of entities remembered.
  public var count: Int { young.count + old.count }

  func history(of key: EntityKey) -> EntityHistory? { young[key] ?? old[key] }

  /// Changes an entity's history, which is made where there is none.
  mutating func update(_ key: EntityKey, _ change: (inout EntityHistory) -> Void) {
    var history =
      young.removeValue(forKey: key) ?? old.removeValue(forKey: key) ?? EntityHistory(generation: generation)
    history.generation = generation
    change(&history)
    young[key] = history
    changed.insert(key)
    if young.count >= (room + 1) / 2 {
      old = young
      young = [:]
      generation += 1
    }
  }

  // MARK: Durability

  /// The entities changed since ``forgetChanges()``, as keys and values of a journal; nil for one that was forgotten.
  public func changes() -> [(key: [UInt8], value: [UInt8]?)] {
    changed.map { ($0.bytes, history(of: $0)?.bytes) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
  }

  /// Starts to note changes anew, once those so far are durable.
  public mutating func forgetChanges() { changed = [] }

  /// Every entity, as keys and values of a journal, in the order of the keys.
  public func all() -> [(key: [UInt8], value: [UInt8]?)] {
    (Array(young) + Array(old)).map { ($0.key.bytes, $0.value.bytes) }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }
  }

  /// Puts an entity back as a journal kept it.
  public mutating func restore(key: [UInt8], value: [UInt8]?) throws(ByteReaderError) {
    var reader = ByteReader(key.rawBytes)
    let entity = EntityKey(kind: try reader.read(), hash: try reader.read())
    guard let value else {
      young[entity] = nil
      return
    }
    young[entity] = try EntityHistory(bytes: value)
  }

  /// Sorts what was put back into its generations, of which the young one has this number.
  public mutating func finishRestoring(generation: UInt64) {
    self.generation = generation
    let restored = young
    young = restored.filter { $0.value.generation == generation }
    old = restored.filter { $0.value.generation + 1 == generation }
    changed = []
  }
}
