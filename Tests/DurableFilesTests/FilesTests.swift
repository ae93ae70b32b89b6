import DurableFiles
import Foundation
import Testing

@Suite("Whole files and directories")
struct FilesTests {
  /// The error that an operation ends in; nil where it succeeds.
  private func failure(_ operation: () throws(FileError) -> Void) -> FileError? {
    do throws(FileError) {
      try operation()
      return nil
    } catch {
      return error
    }
  }

  @Test("what replaces a file is read back, whatever its size", arguments: [0, 1, 4095, 4096, 4097, 300_000])
  func replacing(count: Int) throws {
    let folder = try TemporaryFolder()
    var generator = SeededGenerator(seed: UInt64(count))
    let bytes = generator.bytes(count...count)
    try Files.replace(folder.file("a"), with: [1, 2, 3])
    try Files.replace(folder.file("a"), with: bytes)
    #expect(try Files.read(folder.file("a")) == bytes)
    #expect(try folder.read("a") == bytes)
    #expect(try Files.size(folder.file("a")) == count)
    #expect(try folder.names() == ["a"])
  }

  @Test("one who reads while a file is replaced finds the old content or the new, never half")
  func atomicity() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a")
    let old = [UInt8](repeating: 1, count: 100_000)
    let new = [UInt8](repeating: 2, count: 50_000)
    try Files.replace(path, with: old)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for step in 0..<20 { try Files.replace(path, with: step.isMultiple(of: 2) ? new : old) } }
      for _ in 0..<3 {
        group.addTask {
          for _ in 0..<50 {
            let bytes = try Files.read(path)
            #expect(bytes == old || bytes == new)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("what a crash left of an earlier replacement is no obstacle")
  func leftOver() throws {
    let folder = try TemporaryFolder()
    try folder.write([9, 9, 9, 9], as: "a.new")
    try Files.replace(folder.file("a"), with: [1])
    #expect(try folder.read("a") == [1])
    #expect(try folder.names() == ["a"])
  }

  @Test("a replacement that fails leaves everything as it was")
  func failedReplacement() throws {
    let folder = try TemporaryFolder()
    try Files.createDirectory(folder.file("directory/inner"))
    let error = failure { () throws(FileError) in try Files.replace(folder.file("directory"), with: [1]) }
    #expect(error?.operation == "rename")
    #expect(try folder.names() == ["directory", "directory/inner"])
    #expect(
      failure { () throws(FileError) in try Files.replace(folder.file("none/a"), with: [1]) }?.operation == "open")
    #expect(try folder.names() == ["directory", "directory/inner"])
  }

  @Test("errors name the operation, the path and the reason")
  func errors() throws {
    let folder = try TemporaryFolder()
    let missing = folder.file("missing")
    let read = try #require(failure { () throws(FileError) in _ = try Files.read(missing) })
    #expect(read.description == "open \(missing): No such file or directory")
    #expect(read.code == 2 && !read.isFull)
    #expect(failure { () throws(FileError) in _ = try Files.size(missing) } == read)
    #expect(failure { () throws(FileError) in _ = try Files.read(folder.path) }?.operation == "read")
    #expect(failure { () throws(FileError) in _ = try Files.list(missing) }?.operation == "opendir")
    #expect(failure { () throws(FileError) in try Files.rename(missing, to: missing + "2") }?.operation == "rename")
    #expect(failure { () throws(FileError) in try Files.syncDirectory(missing) }?.operation == "open")
    #expect(failure { () throws(FileError) in try Files.remove(folder.path) }?.operation == "unlink")
  }

  @Test("renaming moves a file over another one")
  func renaming() throws {
    let folder = try TemporaryFolder()
    try Files.createDirectory(folder.file("d"))
    try Files.replace(folder.file("a"), with: [1])
    try Files.replace(folder.file("d/b"), with: [2])
    try Files.rename(folder.file("a"), to: folder.file("d/b"))
    #expect(try folder.read("d/b") == [1])
    #expect(try folder.names() == ["d", "d/b"])
  }

  @Test("directories are made with those above them, and those that are there stay")
  func directories() throws {
    let folder = try TemporaryFolder()
    try Files.createDirectory(folder.file("a/b/c"))
    try folder.write([1], as: "a/b/file")
    try Files.createDirectory(folder.file("a/b/c/"))
    try Files.createDirectory(folder.file("a//b/./d"))
    #expect(Files.isDirectory(folder.file("a/b/c")) && Files.isDirectory(folder.file("a/b/d")))
    #expect(try Files.list(folder.file("a/b")) == ["c", "d", "file"])
    #expect(!Files.isDirectory(folder.file("a/b/file")) && Files.exists(folder.file("a/b/file")))
    let error = failure { () throws(FileError) in try Files.createDirectory(folder.file("a/b/file")) }
    #expect(error?.reason == "a file has this name")
    #expect(failure { () throws(FileError) in try Files.createDirectory(folder.file("a/b/file/x")) } != nil)
    #expect(failure { () throws(FileError) in try Files.createDirectory("") } != nil)
  }

  @Test("a directory's names are sorted, also those that are long or of other scripts")
  func listing() throws {
    let folder = try TemporaryFolder()
    #expect(try Files.list(folder.path).isEmpty)
    let names = [".hidden", "10", "9", "B", "a", "ملف", String(repeating: "x", count: 255)]
    for name in names.shuffled() { try folder.write([], as: name) }
    #expect(try Files.list(folder.path) == names.sorted())
  }

  @Test("removing takes away a file, or a directory with all that is in it, or nothing")
  func removing() throws {
    let folder = try TemporaryFolder()
    try Files.createDirectory(folder.file("a/b/c"))
    for name in ["a/1", "a/b/2", "a/b/c/3", "keep"] { try folder.write([1], as: name) }
    try Files.remove(folder.file("a/1"))
    try Files.remove(folder.file("a/1"))
    #expect(try folder.names() == ["a", "a/b", "a/b/2", "a/b/c", "a/b/c/3", "keep"])
    try Files.removeTree(folder.file("a"))
    try Files.removeTree(folder.file("a"))
    try Files.removeTree(folder.file("keep/none"))
    #expect(try folder.names() == ["keep"])
    try Files.removeTree(folder.file("keep"))
    #expect(try folder.names().isEmpty)
  }

  @Test("of a link the link is removed, and what it leads to stays")
  func links() throws {
    let folder = try TemporaryFolder()
    try Files.createDirectory(folder.file("kept"))
    try folder.write([1], as: "kept/file")
    try Files.createDirectory(folder.file("tree"))
    for (name, target) in [("tree/directory", "kept"), ("tree/file", "kept/file"), ("tree/nowhere", "none")] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: folder.file(target))
    }
    try Files.removeTree(folder.file("tree"))
    #expect(try folder.names() == ["kept", "kept/file"])
  }

  @Test(
    "the directory of a path",
    arguments: [("a", "."), ("a/b", "a"), ("/a", "/"), ("/a/b", "/a"), ("a/b/", "a/b"), ("/", "/"), ("", ".")])
  func parents(path: String, parent: String) {
    #expect(Files.directory(of: path) == parent)
  }

  @Test("a locked file can't be locked again until the lock is gone")
  func locks() throws {
    let folder = try TemporaryFolder()
    var lock: FileLock? = try Files.lock(folder.file("lock"))
    #expect(lock != nil)
    let error = failure { () throws(FileError) in _ = try Files.lock(folder.file("lock")) }
    #expect(error?.description == "lock \(folder.file("lock")): it is in use by another process")
    lock = nil
    #expect(failure { () throws(FileError) in _ = try Files.lock(folder.file("lock")) } == nil)
  }
}
