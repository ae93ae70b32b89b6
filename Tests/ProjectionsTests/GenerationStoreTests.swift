import Projections
import Testing

@Suite("Generations side by side")
struct GenerationStoreTests {
  @Test("names count up, also past a gap and past a million")
  func names() throws {
    let folder = try TemporaryFolder()
    let store = try GenerationStore(directory: folder.file("deep/generations"))
    #expect(try store.all().isEmpty && store.live() == nil)
    #expect(try store.create() == "g-000001")
    #expect(try store.create() == "g-000002")
    try store.remove("g-000001")
    #expect(try store.create() == "g-000003")
    try folder.makeFolder("deep/generations/g-999999")
    #expect(try store.create() == "g-1000000")
    #expect(try store.create() == "g-1000001")
    #expect(try store.all() == ["g-000002", "g-000003", "g-999999", "g-1000000", "g-1000001"])
    #expect(store.path(of: "g-000002") == folder.file("deep/generations/g-000002"))
  }

  @Test("what else lies in the directory is no generation")
  func strangers() throws {
    let folder = try TemporaryFolder()
    for name in ["g-1", "g-abcdef", "x-000001", "g-+00001", "g-", "g-000004"] { try folder.makeFolder(name) }
    let store = try GenerationStore(directory: folder.path)
    #expect(try store.all() == ["g-000004"])
    #expect(try store.create() == "g-000005")
  }

  @Test("the live one is the one activated last, and is never removed")
  func live() throws {
    let folder = try TemporaryFolder()
    let store = try GenerationStore(directory: folder.path)
    let first = try store.create()
    let second = try store.create()
    try store.activate(first)
    #expect(try store.live() == first)
    try store.activate(second)
    #expect(try GenerationStore(directory: folder.path).live() == second)
    try store.remove(second)
    #expect(try store.all() == [first, second])
    try store.remove(first)
    #expect(try store.all() == [second])
  }

  @Test("a file that names no generation is damage", arguments: ["", "\n", "g-", "../../etc", "g-00000x\n"])
  func damaged(content: String) throws {
    let folder = try TemporaryFolder()
    let store = try GenerationStore(directory: folder.path)
    try folder.write(Array(content.utf8), as: "CURRENT")
    #expect(throws: ProjectionError.self) { try store.live() }
    #expect(throws: ProjectionError.self) { try store.prune(keeping: 1) }
  }

  @Test(
    "pruning keeps the live one and the newest others",
    arguments: [
      (nil, 2, ["g-000004", "g-000005"]), (nil, 0, []), ("g-000001", 3, ["g-000001", "g-000004", "g-000005"]),
      ("g-000005", 1, ["g-000005"]), ("g-000003", 0, ["g-000003"]), ("g-000005", 2, ["g-000004", "g-000005"]),
      ("g-000002", 9, ["g-000001", "g-000002", "g-000003", "g-000004", "g-000005"]),
    ] as [(String?, Int, [String])])
  func prune(live: String?, count: Int, left: [String]) throws {
    let folder = try TemporaryFolder()
    let store = try GenerationStore(directory: folder.path)
    for _ in 0..<5 { try folder.write([1], as: try store.create() + "/checkpoint") }
    if let live { try store.activate(live) }
    try store.prune(keeping: count)
    #expect(try store.all() == left)
  }
}
