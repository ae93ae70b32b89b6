extension Judgments {
  /// What a column with ratings may be called; the first that there is counts.
  static let ratingColumns = ["final_rating", "rating"]

  /// Judgments from a table with the columns `query`, `docid`, and `final_rating` or `rating`; other columns are passed over.
  public init(columns: [String], rows: [[String]]) throws(RelevanceError) {
    self.init()
    func place(_ names: [String]) throws(RelevanceError) -> Int {
      for name in names { if let place = columns.firstIndex(of: name) { return place } }
      throw RelevanceError(
        nil, "no column \(names.joined(separator: " or ")); there are \(columns.joined(separator: ", "))")
    }
    let query = try place(["query"])
    let document = try place(["docid"])
    let rating = try place(Self.ratingColumns)
    for (index, row) in rows.enumerated() {
      let name = "row \(index + 1)"
      guard row.count == columns.count else {
        throw RelevanceError(name, "has \(row.count) fields, and the header has \(columns.count)")
      }
      guard !row[query].isEmpty else { throw RelevanceError(name, "has no query") }
      guard !row[document].isEmpty else { throw RelevanceError(name, "has no docid") }
      add(query: row[query], text: row[query])
      try add(rating: row[rating], document: row[document], query: row[query], place: name)
    }
  }
}
