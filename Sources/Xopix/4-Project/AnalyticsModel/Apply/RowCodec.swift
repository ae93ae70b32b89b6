internal import ByteCoding
internal import Projections
internal import Streams

/// Rows of views as keys and values of a journal.
struct RowCodec {
  private(set) var views: [ViewState]
  private(set) var damage: ByteReaderError?
  private let places: [String: Int]

  init(views: [ViewState]) {
    self.views = views
    places = Dictionary(uniqueKeysWithValues: views.enumerated().map { ($1.definition.name, $0) })
  }

  static func key(_ view: String, _ key: ViewState.RowKey) -> [UInt8] {
    var writer = ByteWriter()
    writer.writePrefixed(view)
    writer.writeSignedVarint(key.window.rawValue)
    write(key.keys, to: &writer)
    return writer.bytes
  }

  static func value(_ values: [StreamValue]) -> [UInt8] {
    var writer = ByteWriter()
    write(values, to: &writer)
    return writer.bytes
  }

  private static func write(_ values: [StreamValue], to writer: inout ByteWriter) {
    writer.writeVarint(UInt64(values.count))
    for value in values { value.write(to: &writer) }
  }

  /// Puts a row back, or takes it out again.
  mutating func restore(_ change: KeyedJournal.Change) {
    do throws(ByteReaderError) {
      var keyReader = ByteReader(change.key.rawBytes)
      let name = try keyReader.readPrefixedString()
      // A view that is not defined any more leaves its rows behind.
      guard let place = places[name] else { return }
      let window = Timestamp(rawValue: try keyReader.readSignedVarint())
      let key = ViewState.RowKey(window: window, keys: try Self.readValues(&keyReader))
      guard let value = change.value else {
        views[place].restoreRemoval(of: key)
        return
      }
      var valueReader = ByteReader(value.rawBytes)
      views[place].restore(key, values: try Self.readValues(&valueReader))
    } catch {
      damage = error
    }
  }

  @_lifetime(reader: copy reader)
  private static func readValues(_ reader: inout ByteReader) throws(ByteReaderError) -> [StreamValue] {
    var values: [StreamValue] = []
    for _ in 0..<(try reader.readCount()) { values.append(try StreamValue(from: &reader)) }
    return values
  }
}

/// What a checkpoint keeps of the analytics model.
struct AnalyticsManifest {
  let journal: [UInt8]
  /// Each view's state but for its rows.
  let headers: [String: [UInt8]]
  /// What each view's rows were computed by.
  let shapes: [String: [UInt8]]

  init(journal: [UInt8], headers: [String: [UInt8]], shapes: [String: [UInt8]]) {
    self.journal = journal
    self.headers = headers
    self.shapes = shapes
  }

  /// The parts of a definition on which a view's rows depend, as bytes.
  static func shape(of view: ViewDefinition) -> [UInt8] {
    var writer = ByteWriter()
    func write(_ filter: [String: String]) {
      writer.writeVarint(UInt64(filter.count))
      for (column, text) in filter.sorted(by: { $0.key < $1.key }) {
        writer.writePrefixed(column)
        writer.writePrefixed(text)
      }
    }
    writer.writePrefixed(view.source)
    write(view.filter)
    writer.writeSignedVarint(view.windowSeconds)
    writer.writeVarint(UInt64(view.maxRows))
    writer.writeVarint(UInt64(view.keys.count))
    for key in view.keys { writer.writePrefixed(key) }
    writer.writeVarint(UInt64(view.aggregates.count))
    for aggregate in view.aggregates {
      writer.writePrefixed(aggregate.function.rawValue)
      writer.writePrefixed(aggregate.column ?? "")
      write(aggregate.filter)
    }
    return writer.bytes
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.writePrefixed(journal)
    for parts in [headers, shapes] {
      writer.writeVarint(UInt64(parts.count))
      for (name, bytes) in parts.sorted(by: { $0.key < $1.key }) {
        writer.writePrefixed(name)
        writer.writePrefixed(bytes)
      }
    }
    return writer.bytes
  }

  init(bytes: [UInt8], directory: String) throws(ProjectionError) {
    do throws(ByteReaderError) {
      var reader = ByteReader(bytes.rawBytes)
      journal = try reader.readPrefixedBytes()
      headers = try Self.readParts(&reader)
      shapes = try Self.readParts(&reader)
    } catch {
      throw .damagedFile(path: directory, reason: "its manifest in the checkpoint ends early")
    }
  }

  @_lifetime(reader: copy reader)
  private static func readParts(_ reader: inout ByteReader) throws(ByteReaderError) -> [String: [UInt8]] {
    var parts: [String: [UInt8]] = [:]
    for _ in 0..<(try reader.readCount()) {
      let name = try reader.readPrefixedString()
      parts[name] = try reader.readPrefixedBytes()
    }
    return parts
  }
}
