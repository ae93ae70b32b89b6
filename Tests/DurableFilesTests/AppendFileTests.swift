import DurableFiles
import Foundation
import Testing

@Suite("Files written at their end")
struct AppendFileTests {
  @Test("a file agrees with an array through appends, reads, cuts and reopenings", arguments: 0..<8 as Range<UInt64>)
  func naiveProperty(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: seed)
    var file = try AppendFile(path: folder.file("a"))
    var naive: [UInt8] = []
    for _ in 0..<200 {
      switch Int.random(in: 0...9, using: &generator) {
      case 0:
        naive.removeSubrange(Int.random(in: 0...naive.count, using: &generator)...)
        try file.truncate(to: naive.count)
      case 1:
        try file.sync()
        file = try AppendFile(path: folder.file("a"))
      case 2...5:
        let bytes = generator.bytes(0...3000)
        naive += bytes
        try file.append(bytes)
      default:
        let offset = Int.random(in: 0...(naive.count + 10), using: &generator)
        let count = Int.random(in: 0...5000, using: &generator)
        let expected = Array(naive.dropFirst(offset).prefix(count))
        #expect(try file.read(at: offset, count: count) == expected, "seed \(seed)")
      }
      #expect(file.byteCount == naive.count, "seed \(seed)")
    }
    #expect(try folder.read("a") == naive, "seed \(seed)")
  }

  @Test("what was appended can be read by others while more is appended")
  func concurrentReads() async throws {
    let folder = try TemporaryFolder()
    let file = try AppendFile(path: folder.file("a"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for step in 0..<300 { try file.append([UInt8](repeating: UInt8(step % 251), count: 64)) }
      }
      for _ in 0..<3 {
        group.addTask {
          for _ in 0..<100 {
            let count = file.byteCount
            let bytes = try file.read(at: 0, count: count)
            #expect(bytes.count == count && count.isMultiple(of: 64))
            #expect(stride(from: 0, to: count, by: 64).allSatisfy { bytes[$0] == UInt8($0 / 64 % 251) })
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(file.byteCount == 300 * 64)
  }

  @Test("a device without room says so, and nothing counts as appended")
  func full() throws {
    let file = try AppendFile(path: "/dev/full")
    do throws(FileError) {
      try file.append([1, 2, 3])
      Issue.record("there was room")
    } catch {
      #expect(error.operation == "write")
      #expect(error.isFull)
    }
    #expect(file.byteCount == 0)
  }

  @Test("a directory, and a file in a directory that is not there, can't be opened")
  func unopened() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) { try AppendFile(path: folder.path) }
    #expect(throws: FileError.self) { try AppendFile(path: folder.file("none/a")) }
    #expect(try folder.names().isEmpty)
  }

  @Test("a file that is removed while it is open can still be written and read")
  func removed() throws {
    let folder = try TemporaryFolder()
    let file = try AppendFile(path: folder.file("a"))
    try file.append([1])
    try Files.remove(folder.file("a"))
    try file.append([2])
    #expect(try file.read(at: 0, count: 9) == [1, 2])
    #expect(!Files.exists(folder.file("a")))
  }
}
