internal import AnalyticsModel
internal import Streams

/// A view's answer as comma-separated values (RFC 4180): a header line, then a line a row.
enum ViewCSV {
  static func bytes(of answer: ViewAnswer) -> [UInt8] {
    var bytes = line(answer.columns.map(\.name))
    for row in answer.rows { bytes += line(row.map(\.text)) }
    return bytes
  }

  private static func line(_ cells: [String]) -> [UInt8] {
    Array(cells.map(quoted).joined(separator: ",").utf8) + [0x0d, 0x0a]
  }

  private static func quoted(_ cell: String) -> String {
    let needsQuotes = cell.utf8.contains { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }
    return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }
}
