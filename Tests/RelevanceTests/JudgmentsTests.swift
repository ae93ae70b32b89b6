import Testing

@testable import Relevance

@Suite("Judgments")
struct JudgmentsTests {
  static let topics = """
    <?xml version='1.0'?><xml>
    <top><num> 1</num> <title>
    what similarity laws
    must be obeyed &amp; &lt;when&gt;
    </title></top>
    <top><num>2</num><title>heat</title></top>
    <top>
    <num> Number: 301
    <title> organised   crime

    <desc> Description:
    Which groups.
    </top></xml>
    """

  static func read(topics: String = topics, qrels: String) throws -> Judgments {
    try Judgments(topics: Array(topics.utf8), qrels: Array(qrels.utf8))
  }

  /// What reading throws, in a line.
  static func failure(_ read: () throws -> Judgments) -> String? {
    do {
      _ = try read()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("a table's columns are found by name, and queries keep their order")
  func table() throws {
    let read = try Judgments(
      columns: ["query", "docid", "name", "agent_1_rating", "final_rating"],
      rows: [
        ["mouse", "7", "Mouse, grey", "2", "3"], ["bag", "8", "", "0", "0"], ["mouse", "8", "Bag", "1", "0.5"],
        ["mouse", "7", "again", "3", "3"],
      ])
    #expect(
      read.queries == [
        .init(id: "mouse", text: "mouse", ratings: ["7": 3, "8": 0.5]),
        .init(id: "bag", text: "bag", ratings: ["8": 0]),
      ])
    #expect(read.queries.map(\.hasRelevant) == [true, false])
  }

  @Test("final_rating comes before rating, and either will do")
  func ratingColumns() throws {
    let both = try Judgments(columns: ["rating", "query", "docid", "final_rating"], rows: [["1", "q", "d", "2"]])
    #expect(both.queries[0].ratings == ["d": 2])
    let one = try Judgments(columns: ["rating", "query", "docid"], rows: [["1", "q", "d"]])
    #expect(one.queries[0].ratings == ["d": 1])
  }

  @Test(
    "what is wrong with a table is said in one line",
    arguments: [
      (["query", "docid"], [], "no column final_rating or rating; there are query, docid"),
      (["docid", "rating"], [], "no column query; there are docid, rating"),
      (
        ["query", "docid", "rating"], [["q", "d", "1"], ["q", "e", ""]],
        "row 2: the rating is \"\"; write a number up to 100"
      ),
      (["query", "docid", "rating"], [["q", "d", "good"]], "row 1: the rating is \"good\"; write a number up to 100"),
      (["query", "docid", "rating"], [["q", "d", "nan"]], "row 1: the rating is \"nan\"; write a number up to 100"),
      (["query", "docid", "rating"], [["q", "d", "101"]], "row 1: the rating is \"101\"; write a number up to 100"),
      (["query", "docid", "rating"], [["", "d", "1"]], "row 1: has no query"),
      (["query", "docid", "rating"], [["q", "", "1"]], "row 1: has no docid"),
      (["query", "docid", "rating"], [["q", "d"]], "row 1: has 2 fields, and the header has 3"),
      (
        ["query", "docid", "rating"], [["q", "d", "1"], ["q", "d", "0"]],
        "row 2: document d was rated otherwise before, for query \"q\""
      ),
    ] as [([String], [[String]], String)])
  func wrongTables(columns: [String], rows: [[String]], reason: String) {
    #expect(Self.failure { try Judgments(columns: columns, rows: rows) } == reason)
  }

  @Test("TREC's topics and qrels")
  func trec() throws {
    let read = try Self.read(qrels: "1 0 184 1\r\n1 0  12 -1\n\n301 Q0 FT-9 2\n77 0 4 1")
    #expect(
      read.queries == [
        .init(id: "1", text: "what similarity laws must be obeyed & <when>", ratings: ["184": 1, "12": 0]),
        .init(id: "2", text: "heat", ratings: [:]),
        .init(id: "301", text: "organised crime", ratings: ["FT-9": 2]),
      ])
  }

  @Test("the same topic twice counts once")
  func repeatedTopic() throws {
    let twice = "<num>1</num><title>a</title><num>1</num><title>b</title>"
    #expect(try Self.read(topics: twice, qrels: "1 0 d 1").queries.map(\.text) == ["a"])
  }

  @Test(
    "what is wrong with TREC's files is said in one line",
    arguments: [
      (topics, "1 0 184 1\n1 0 184", "line 2: has 3 fields; write QUERY 0 DOCUMENT RATING"),
      (topics, "1 0 184 x", "line 1: the rating is \"x\"; write a number up to 100"),
      (
        topics, "9 0 184 1",
        "no judgment is of a query that there is; the queries are [\"1\", \"2\", \"301\"] and so on"
      ),
      ("", "1 0 184 1", "no queries were found; write <num> and <title> for each"),
      ("query,docid", "1 0 184 1", "no queries were found; write <num> and <title> for each"),
      ("<title>a</title>", "1 0 184 1", "query 1: has no num; write <num>, then <title>"),
      ("<num>1</num><title> </title>", "1 0 184 1", "query 1: has no title; write <num>, then <title>"),
    ])
  func wrongFiles(topics: String, qrels: String, reason: String) {
    #expect(Self.failure { try Self.read(topics: topics, qrels: qrels) } == reason)
  }

  @Test("bytes that are not UTF-8 are told")
  func notText() {
    let topics = Array(Self.topics.utf8)
    #expect(
      Self.failure { try Judgments(topics: topics, qrels: Array("1 0 a 1\n1 0 ".utf8) + [0xff]) }
        == "line 2: has bytes that are not UTF-8")
    #expect(
      Self.failure { try Judgments(topics: [0xff] + topics, qrels: []) } == "the queries have bytes that are not UTF-8")
  }
}
