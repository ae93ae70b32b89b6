import Foundation
import JSONBytes
import JSONSchemas

/// JSON from its text.
func json(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

/// A schema from its text; of draft 2020-12 unless it says otherwise.
func schema(_ text: String, references: [String: String] = [:]) throws -> JSONSchema {
  var value = try json(text)
  if case .object(var object) = value, object["$schema"] == nil {
    object["$schema"] = .string("https://json-schema.org/draft/2020-12/schema")
    value = .object(object)
  }
  return try JSONSchema(value, references: references.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) })
}

/// The text of a value.
func text(_ value: JSONValue) -> String {
  var writer = JSONWriter()
  writer.value(value)
  return String(decoding: writer.bytes, as: UTF8.self)
}

/// A generator of random numbers that a seed repeats (Steele, Lea, Flood, "SplitMix", 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// A generator by `XOPIX_SEED`, or by the clock; the seed is printed.
  static func printed(_ name: String) -> SeededGenerator {
    let seed =
      ProcessInfo.processInfo.environment["XOPIX_SEED"].flatMap(UInt64.init)
      ?? UInt64(Date().timeIntervalSince1970 * 1000) % 1_000_000
    print("\(name): XOPIX_SEED=\(seed)")
    return SeededGenerator(seed: seed)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
