import ArgumentParser
import Foundation
import JSONBytes

/// A file of answers with their times, one a line.
struct AnswerFile {
  private let file: FileHandle

  init(path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw ValidationError("\(path) can't be written")
    }
    file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  func write(kind: String, number: Int64, mode: String, nanoseconds: [Int64], answer: PeerAnswer) throws {
    var writer = JSONWriter(capacity: 1024)
    writer.beginObject()
    writer.key("kind")
    writer.string(kind)
    writer.key("number")
    writer.integer(number)
    writer.key("mode")
    writer.string(mode)
    writer.key("ns")
    writer.beginArray()
    for time in nanoseconds { writer.integer(time) }
    writer.endArray()
    answer.write(to: &writer)
    writer.endObject()
    try file.write(contentsOf: Data(writer.bytes + [0x0A]))
  }
}

extension JSONWriter {
  mutating func member(_ name: String, _ value: Int) {
    key(name)
    integer(Int64(value))
  }

  mutating func member(_ name: String, _ value: Double) {
    key(name)
    double(value)
  }
}
