internal import ByteCoding
public import JSONBytes
internal import ShopEvents
public import Streams

extension ViewAnswer {
  /// Writes the members `columns`, `rows`, `watermark` and `final_before` into the object that is open.
  public func writeMembers(to writer: inout JSONWriter) {
    Self.writeColumns(columns, to: &writer)
    writer.key("rows")
    writer.beginArray()
    for row in rows { Self.writeRow(row, to: &writer) }
    writer.endArray()
    writer.key("watermark")
    watermark.map { writer.string($0.rfc3339) } ?? writer.null()
    writer.key("final_before")
    finalBefore.map { writer.string($0.rfc3339) } ?? writer.null()
  }

  /// Writes the member `columns` into the object that is open.
  public static func writeColumns(_ columns: [Column], to writer: inout JSONWriter) {
    writer.key("columns")
    writer.beginArray()
    for column in columns {
      writer.beginObject()
      writer.key("name")
      writer.string(column.name)
      writer.key("type")
      writer.string(column.type.rawValue)
      writer.key("unit")
      column.unit.map { writer.string($0) } ?? writer.null()
      // Every aggregate here is exact.
      writer.key("error")
      writer.null()
      writer.key("key")
      writer.bool(column.isKey)
      writer.endObject()
    }
    writer.endArray()
  }

  /// Writes a row: times as RFC 3339, decimals as texts, so that no reader makes doubles of them.
  public static func writeRow(_ row: [StreamValue], to writer: inout JSONWriter) {
    writer.beginArray()
    for value in row {
      switch value {
      case .null: writer.null()
      case .text(let text): writer.string(text)
      case .integer(let integer): writer.integer(integer)
      case .decimal, .time: writer.string(value.text)
      }
    }
    writer.endArray()
  }
}

extension StreamValue {
  /// The value as text, as JSON and CSV show it.
  public var text: String {
    switch self {
    case .null: ""
    case .text(let text): text
    case .integer(let integer): String(integer)
    case .decimal(let decimal): Money.text(decimal)
    case .time(let time): time.rfc3339
    }
  }
}
