import Testing
import WriteSide

@Suite("Tables in files")
struct TableFileTests {
  @Test("columns and rows, also of a compressed file with a byte order mark")
  func reading() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("\u{FEFF}query,docid\n\"usb, black\",7\r\n\nbag,8", as: "t.csv")
    for path in [file, try folder.compress(file, with: "gzip", ending: ".gz")].compactMap(\.self) {
      let table = try TableFile(path: path)
      #expect(table.columns == ["query", "docid"])
      #expect(table.rows == [["usb, black", "7"], ["bag", "8"]])
    }
    #expect(try TableFile.bytes(of: file).count == 37)
  }

  @Test(
    "what is no table is told with its row",
    arguments: [
      ("", 0, "is empty; its first line must name the columns"),
      ("\n\n", 0, "is empty; its first line must name the columns"),
      ("a,b\n1,2\n3\n", 2, "has 1 fields, and the header has 2"), ("a,a\n", 0, "the header names a column twice"),
      ("a\n\"x", 1, "has a quote that is never closed"),
    ])
  func wrong(text: String, row: Int, reason: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text, as: "t.csv")
    #expect(throws: WriteSideError.malformed(file: path, row: row, reason: reason)) { try TableFile(path: path) }
  }

  @Test("a file that is not there is told")
  func absent() {
    #expect(throws: WriteSideError.unreadable(file: "/nowhere/t.csv", reason: "No such file or directory")) {
      try TableFile(path: "/nowhere/t.csv")
    }
  }
}
