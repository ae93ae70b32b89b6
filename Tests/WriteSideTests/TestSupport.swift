import ByteCoding
import Foundation
import JSONBytes
import ShopEvents
import Testing

@testable import WriteSide

/// Folders of the repository.
enum Places {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func mapping(_ name: String) throws -> ImportMapping {
    let file = root.appendingPathComponent("fixtures/mappings/" + name)
    return try ImportMapping(yaml: String(contentsOf: file, encoding: .utf8), file: name)
  }
}

/// A folder that is removed with its last reference.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("WriteSideTests-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ bytes: [UInt8], as name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return file.path
  }

  func write(_ text: String, as name: String) throws -> String { try write(Array(text.utf8), as: name) }

  static func read(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

  /// Compresses a file with a program; nil where that is not installed.
  func compress(_ path: String, with tool: String, ending: String) throws -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool, "-c", path]
    let output = path + ending
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? output : nil
  }
}

/// An event as JSON, with its parts at hand.
struct ReadEvent {
  let topic: String
  let key: String
  let envelope: JSONObject
  let data: JSONObject

  /// Reads an event back and checks it as the server does.
  init(_ event: OutgoingEvent) throws {
    let value = try JSONValue.parse(event.value)
    let checked = try PublishableEvent(checking: value, now: Timestamp(milliseconds: 253_402_300_799_000))
    try #require(checked.topic == event.topic)
    topic = event.topic
    key = event.key
    guard case .object(let envelope) = value, case .object(let data)? = envelope["data"] else {
      throw CocoaError(.coderInvalidValue)
    }
    self.envelope = envelope
    self.data = data
  }

  var type: String { text(envelope["type"]) }
  var id: String { text(envelope["id"]) }
  var time: Timestamp { Timestamp(rfc3339: text(envelope["time"])) ?? Timestamp(rawValue: .min) }

  func string(_ name: String) -> String { text(data[name]) }
  func money(_ name: String) -> Money? { data[name]?.decimalText.flatMap { Money($0) } }

  /// The lines of an order, with their prices.
  var items: [(product: String, quantity: Int64, price: Money)] {
    guard case .array(let elements)? = data["items"] else { return [] }
    return elements.compactMap { element in
      guard case .object(let item) = element, case .integer(let quantity)? = item["quantity"],
        let price = item["unit_price"]?.decimalText.flatMap({ Money($0) })
      else { return nil }
      return (text(item["product_id"]), quantity, price)
    }
  }

  private func text(_ value: JSONValue?) -> String {
    if case .string(let text)? = value { text } else { "" }
  }
}

/// A hash over events, in order.
func fingerprint(_ events: some Sequence<OutgoingEvent>) -> UInt64 {
  var hash: UInt64 = 0
  for event in events {
    let bytes = Array((event.topic + "\n" + event.key + "\n").utf8) + event.value
    hash = XXHash64.hash(bytes.span.bytes, seed: hash)
  }
  return hash
}

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func chance(_ one: Int, in of: Int) -> Bool { Int.random(in: 1...of, using: &self) <= one }
}

/// What a reader of rows makes of bytes that come in pieces of these sizes.
func outcomes(
  _ start: some RowReader, _ bytes: [UInt8], pieces: () -> Int = { .max }
) throws(WriteSideError) -> [RowOutcome] {
  var reader = start
  var outcomes: [RowOutcome] = []
  var rest = bytes[...]
  while true {
    let piece = rest.prefix(max(1, pieces()))
    rest = rest.dropFirst(piece.count)
    reader.append(Array(piece))
    while let outcome = try reader.next(isLast: rest.isEmpty) { outcomes.append(outcome) }
    if rest.isEmpty { return outcomes }
  }
}

extension RowOutcome {
  /// The row's fields or JSON as text, or why it is none.
  var text: String {
    switch self {
    case .broken(let row, let reason): return "\(row) broken: \(reason)"
    case .row(let row):
      switch row.content {
      case .csv(_, let fields): return "\(row.number): " + fields.joined(separator: "|")
      case .json(let object):
        var writer = JSONWriter()
        writer.value(.object(object))
        return "\(row.number): " + String(decoding: writer.bytes, as: UTF8.self)
      }
    }
  }
}

/// What becomes of a text by a mapping: its events and the summary.
func imported(
  _ text: String, as name: String, by mapping: ImportMapping, strict: Bool = false
) throws -> (events: [ReadEvent], summary: ImportSummary) {
  let folder = try TemporaryFolder()
  let file = try folder.write(text, as: name)
  var events: [ReadEvent] = []
  let summary = try Importer(mapping: mapping, strict: strict).run(file: file) { batch in
    events += try batch.map(ReadEvent.init)
  }
  return (events, summary)
}

/// A mapping of products, with these fields beside the required ones and whatever else is said.
func productMapping(fields: String = "", more: String = "") throws -> ImportMapping {
  try ImportMapping(
    yaml: """
      event: {type: ProductCreated, source: /test, id: "e-{row}", time: "2026-01-02T03:04:05Z"}
      \(more)
      fields:
        product_id: {from: id, required: true}
        title: {from: title, default: "-"}
        \(fields.split(separator: "\n").joined(separator: "\n  "))
      """, file: "test.yaml")
}
