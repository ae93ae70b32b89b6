/// Documents that are not visible yet, by the bytes of their ids.
struct PendingDocuments: ~Copyable {
  private var ids = TermTable()
  /// By the numbers of their ids; nil where one was taken out again.
  private var documents: [IndexDocument?] = []
  /// The live values of each.
  private var live: [[Double]] = []

  /// Adds a document, or replaces the one with its id; false where there was one.
  mutating func put(_ document: IndexDocument, id: [UInt8], liveFields: Int) -> Bool {
    let values = Array(repeating: Double.nan, count: liveFields)
    let number = ids.number(of: id.span)
    guard number < documents.count else {
      documents.append(document)
      live.append(values)
      return true
    }
    let isNew = documents[number] == nil
    documents[number] = document
    live[number] = values
    return isNew
  }

  /// Takes a document out; false where there is none.
  mutating func remove(_ id: [UInt8]) -> Bool {
    guard let number = ids.find(id.span), documents[number] != nil else { return false }
    documents[number] = nil
    return true
  }

  /// Sets a live value; false where there is no such document.
  mutating func setLive(_ field: Int, of id: [UInt8], to value: Double) -> Bool {
    guard let number = ids.find(id.span), documents[number] != nil else { return false }
    live[number][field] = value
    return true
  }

  func holds(_ id: [UInt8]) -> Bool { ids.find(id.span).map { documents[$0] != nil } ?? false }

  func document(_ id: [UInt8]) -> IndexDocument? { ids.find(id.span).flatMap { documents[$0] } }

  /// Takes all documents out, in the order of their ids, with their live values.
  mutating func takeAll() -> (documents: [IndexDocument], live: [[Double]]) {
    guard !documents.isEmpty else { return ([], []) }
    let order = ids.order().filter { documents[$0] != nil }
    // Moved, not copied: each is a handful of arrays.
    var taken: [IndexDocument] = []
    taken.reserveCapacity(order.count)
    for number in order { if let document = documents[number].take() { taken.append(document) } }
    let values = order.map { live[$0] }
    self = PendingDocuments()
    return (taken, values)
  }
}
