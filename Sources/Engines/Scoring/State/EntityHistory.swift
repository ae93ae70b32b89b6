internal import ByteCoding

/// The latest observations of one entity, and whether one of them was labelled as fraud.
struct EntityHistory: Sendable, Equatable {
  /// One observation, as far as features look at it.
  struct Entry: Sendable, Equatable {
    /// When it happened, in microseconds.
    let time: Int64
    /// What it was worth; nil where unknown.
    let amount: Int64?
    /// The hash of its currency.
    let currency: UInt64
    /// Whether it failed.
    let isFailed: Bool
    /// The hashes of the fields that features of this kind of entity compare; 0 where unknown.
    let companions: [UInt64]
  }

  /// The observations kept, in the order in which they were recorded.
  private(set) var entries: [Entry] = []
  /// Whether an observation was labelled as fraud.
  var isLabelled = false
  /// The generation in which the entity was seen last.
  var generation: UInt64

  /// More observations are not kept: what a feature counts saturates here.
  static let mostEntries = 64

  init(generation: UInt64) { self.generation = generation }

  mutating func record(_ entry: Entry) {
    let oldest = Self.start(ofWindow: FeatureDefinition.longestWindow, before: entry.time)
    entries.removeAll { $0.time < oldest }
    if entries.count >= Self.mostEntries { entries.removeFirst(entries.count - Self.mostEntries + 1) }
    entries.append(entry)
  }

  /// The time, in microseconds, so many seconds before another one; the earliest there is where that lies before it.
  static func start(ofWindow seconds: Int, before time: Int64) -> Int64 {
    let (start, overflow) = time.subtractingReportingOverflow(Int64(seconds) * 1_000_000)
    return overflow ? .min : start
  }

  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 16 + entries.count * 24)
    writer.writeVarint(generation)
    writer.write(UInt8(isLabelled ? 1 : 0))
    writer.writeVarint(UInt64(entries.count))
    for entry in entries {
      writer.write(entry.time)
      writer.write(UInt8((entry.isFailed ? 1 : 0) | (entry.amount != nil ? 2 : 0)))
      if let amount = entry.amount { writer.writeSignedVarint(amount) }
      writer.write(entry.currency)
      writer.writeVarint(UInt64(entry.companions.count))
      for companion in entry.companions { writer.write(companion) }
    }
    return writer.bytes
  }

  init(bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes.rawBytes)
    generation = try reader.readVarint()
    isLabelled = try reader.read(UInt8.self) == 1
    for _ in 0..<(try reader.readCount()) {
      let time = try reader.read(Int64.self)
      let flags = try reader.read(UInt8.self)
      let amount = flags & 2 != 0 ? try reader.readSignedVarint() : nil
      let currency = try reader.read(UInt64.self)
      var companions: [UInt64] = []
      for _ in 0..<(try reader.readCount()) { companions.append(try reader.read()) }
      entries.append(
        Entry(time: time, amount: amount, currency: currency, isFailed: flags & 1 != 0, companions: companions))
    }
  }
}
