/// Pieces of Prometheus' text format 0.0.4.
enum PrometheusText {
  /// The lines above a family's samples.
  static func head(name: String, kind: MetricKind, help: String) -> String {
    let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    return "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  static func sample(_ name: String, labels: String, value: Double, to text: inout String) {
    text += labels.isEmpty ? "\(name) " : "\(name){\(labels)} "
    text += number(value)
    text += "\n"
  }

  /// A metric's name: other characters than letters, digits, `_` and `:` become `_`.
  static func name(_ label: String, suffix: String = "") -> String {
    let name = identifier(label, allowsColon: true)
    return suffix.isEmpty || name.hasSuffix(suffix) ? name : name + suffix
  }

  /// Labels by name, as they stand between the braces.
  static func labels(_ labels: [(String, String)]) -> String {
    labels.sorted { $0.0 < $1.0 }.map { name, value in
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      return "\(identifier(name, allowsColon: false))=\"\(escaped)\""
    }.joined(separator: ",")
  }

  /// A number as Prometheus reads it.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let integer = Int64(exactly: value), abs(value) < 1e15 { return String(integer) }
    return value.description
  }

  private static func identifier(_ text: String, allowsColon: Bool) -> String {
    var bytes = text.utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        byte
      case UInt8(ascii: ":") where allowsColon: byte
      default: UInt8(ascii: "_")
      }
    }
    let startsWithDigit = bytes.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? true
    if startsWithDigit { bytes.insert(UInt8(ascii: "_"), at: 0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
