import Foundation

/// A file's lines as bytes, without reading the file whole.
struct Lines: Sequence, IteratorProtocol {
  private let file: FileHandle
  private var block: [UInt8] = []
  private var at = 0
  private static let blockSize = 1 << 20

  init(path: String) throws { file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)) }

  mutating func next() -> [UInt8]? {
    while true {
      if let end = endOfLine() {
        defer { at = end + 1 }
        return Array(block[at..<end])
      }
      block.removeFirst(at)
      at = 0
      guard let more = try? file.read(upToCount: Self.blockSize), !more.isEmpty else {
        defer { block = [] }
        return block.isEmpty ? nil : block
      }
      block += more
    }
  }

  /// Where the line that starts at `at` ends; nil where the block does before.
  private func endOfLine() -> Int? {
    block.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = memchr(base + at, 0x0A, bytes.count - at) else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }
}
