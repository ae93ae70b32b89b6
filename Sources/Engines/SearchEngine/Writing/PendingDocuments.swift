/// Documents that are not visible yet, by the bytes of their ids.
struct PendingDocuments: ~Copyable {
  /// A document and its live values.
  struct Entry {
    let document: IndexDocument
    var live: [Double]
  }

  private var ids = TermTable()
  /// By the numbers of their ids; nil where one was taken out again.
  private var entries: [Entry?] = []

  /// Adds a document, or replaces the one with its id; false where there was one.
  mutating func put(_ document: IndexDocument, id: [UInt8], liveFields: Int) -> Bool {
    let entry = Entry(document: document, live: Array(repeating: .nan, count: liveFields))
    let number = ids.number(of: id.span)
    guard number < entries.count else {
      entries.append(entry)
      return true
    }
    let isNew = entries[number] == nil
    entries[number] = entry
    return isNew
  }

  /// Takes a document out; false where there is none.
  mutating func remove(_ id: [UInt8]) -> Bool {
    guard let number = ids.find(id.span), entries[number] != nil else { return false }
    entries[number] = nil
    return true
  }

  /// Sets a live value; false where there is no such document.
  mutating func setLive(_ field: Int, of id: [UInt8], to value: Double) -> Bool {
    guard let number = ids.find(id.span), entries[number] != nil else { return false }
    entries[number]?.live[field] = value
    return true
  }

  func document(_ id: [UInt8]) -> IndexDocument? { ids.find(id.span).flatMap { entries[$0]?.document } }

  /// Takes all documents out, in the order of their ids.
  mutating func takeAll() -> [Entry] {
    guard !entries.isEmpty else { return [] }
    let documents = ids.order().compactMap { entries[$0] }
    self = PendingDocuments()
    return documents
  }
}
