internal import ByteCoding
internal import Dispatch
internal import DurableFiles
internal import Synchronization

/// Changes an index. One thread owns it; what it has made visible is in ``IndexSnapshot``s, which any thread may read.
public final class IndexWriter {
  private let directory: String
  private let definition: IndexDefinition
  /// For each live field its ordinal among the live ones.
  private let liveFields: [Int: Int]
  private var views: [SegmentView] = []
  private var nextNumber: UInt64 = 1
  /// By the bytes of their ids: two ids that are only canonically equivalent are two documents, here as in segments.
  private var pending = PendingDocuments()
  private var isChanged = true
  private var snapshot: IndexSnapshot
  private var files: IndexFiles
  private let words = WordLayers()
  private var merges = RunningMerges()
  /// The checkpoint that is being written, or whose outcome was not taken in yet.
  private var writing: IndexCheckpoint?
  private var filters: [UInt64: IDFilter] = [:]
  /// Those of `views`; none while they are not known.
  private var viewFilters: [IDFilter] = []
  private var builders = BuilderThreads()
  /// Settable for tests.
  var policy = MergePolicy()
  /// The documents that were flushed since the last checkpoint, less those that it waited to be merged.
  private var flushedCount = 0
  /// The documents that may be merged for want of anything else to do: as many as were flushed, so that each is written
  /// again once for that.
  private var idleDocuments = 0

  /// An empty index whose files will be in `directory`.
  public convenience init(directory: String, definition: IndexDefinition) throws(IndexError) {
    try self.init(directory: directory, definition: definition, views: [], nextNumber: 1)
  }

  /// The index as it was when ``checkpoint()`` returned `manifest`.
  public static func restore(
    directory: String, definition: IndexDefinition, manifest: [UInt8]
  ) throws(IndexError) -> IndexWriter {
    var files = IndexFiles(directory: directory)
    let (views, nextNumber) = try files.open(manifest, definition: definition)
    try files.adopt(manifest)
    let writer = try IndexWriter(directory: directory, definition: definition, views: views, nextNumber: nextNumber)
    writer.files = files
    // Beside the writer, so that neither it nor the first searches wait for it.
    let segments = views.map(\.segment)
    let words = writer.words
    DispatchQueue.global(qos: .utility).async {
      _ = words.vocabulary(of: segments)
      for segment in segments { _ = segment.lookups.nearTerms(of: segment) }
    }
    return writer
  }

  private init(
    directory: String, definition: IndexDefinition, views: [SegmentView], nextNumber: UInt64
  ) throws(IndexError) {
    try definition.validate()
    do throws(FileError) { try Files.createDirectory(directory) } catch { throw .storage(error.description) }
    self.directory = directory
    self.definition = definition
    self.views = views
    builders.dictionary = views.max { $0.liveCount < $1.liveCount }?.segment.dictionary
    self.nextNumber = nextNumber
    var liveFields: [Int: Int] = [:]
    for (ordinal, field) in definition.fields.enumerated() where field.isLive { liveFields[ordinal] = liveFields.count }
    self.liveFields = liveFields
    files = IndexFiles(directory: directory)
    snapshot = IndexSnapshot(definition: definition, liveFields: liveFields, views: views, words: words)
  }

  deinit {
    // Whoever opens the index next must find nobody writing its files; merges are given up.
    _ = writing?.outcome()
  }

  // MARK: Changing

  /// Adds a document, or replaces the one with its id; its live values start anew.
  public func put(_ document: IndexDocument) {
    let id = Array(document.id.utf8)
    if pending.put(document, id: id, liveFields: liveFields.count) { deleteVisible(id) }
    isChanged = true
  }

  /// Takes a document out; nothing where there is none.
  public func delete(id: String) {
    let id = Array(id.utf8)
    if pending.remove(id) { isChanged = true }
    deleteVisible(id)
  }

  private func deleteVisible(_ id: [UInt8]) {
    guard let (view, document) = place(of: id) else { return }
    views[view].delete(document)
    isChanged = true
  }

  /// Changes a live value in place; false where there is no such document.
  @discardableResult
  public func setLive(id: String, field: Int, value: Double) -> Bool { setLive(id: id, values: [(field, value)]) }

  /// Changes live values of a document in place, which is looked up once; false where there is no such document.
  @discardableResult
  public func setLive(id: String, values: [(field: Int, value: Double)]) -> Bool {
    let id = Array(id.utf8)
    let place = pending.holds(id) ? nil : place(of: id)
    guard place != nil || pending.holds(id) else { return false }
    for (field, value) in values {
      guard let live = liveFields[field] else {
        preconditionFailure("field \(definition.fields[field].name) is not declared live")
      }
      if let (view, document) = place {
        if views[view].setLive(live, of: document, to: value) { isChanged = true }
      } else {
        _ = pending.setLive(live, of: id, to: value)
        isChanged = true
      }
    }
    return true
  }

  // MARK: Reading what was changed

  /// Whether there is a document with this id, counting what is not visible yet.
  public func contains(id: String) -> Bool {
    let id = Array(id.utf8)
    return pending.document(id) != nil || place(of: id) != nil
  }

  /// A document's stored bytes, counting what is not visible yet.
  public func stored(id: String) -> [UInt8]? {
    let id = Array(id.utf8)
    if let document = pending.document(id) { return document.stored }
    return place(of: id).map { views[$0].segment.storedDocument($1) }
  }

  private func place(of id: [UInt8]) -> (view: Int, document: Int)? {
    let hash = TermTable.hash(id.span)
    if viewFilters.count != views.count { viewFilters = views.map { filter(of: $0.segment) } }
    for index in views.indices.reversed() {
      guard viewFilters[index].mayHold(hash) else { continue }
      if let document = views[index].segment.document(id: id), !views[index].isDeleted(document) {
        return (index, document)
      }
    }
    return nil
  }

  /// What tells at once of most ids that a segment does not have them; made when it is asked for first.
  private func filter(of segment: Segment) -> IDFilter {
    if let filter = filters[segment.number] { return filter }
    if filters.count > 2 * views.count + 8 {
      let numbers = Set(views.map(\.segment.number))
      filters = filters.filter { numbers.contains($0.key) }
    }
    let filter = IDFilter(segment.ids)
    filters[segment.number] = filter
    return filter
  }

  // MARK: Making visible

  /// Makes all changes visible and returns the snapshot that shows them.
  public func refresh() throws(IndexError) -> IndexSnapshot {
    guard isChanged || merges.isOneOver || writing?.isOver ?? false else { return snapshot }
    viewFilters = []
    if writing?.isOver ?? false { takeWritten() }
    try flush()
    try merge()
    isChanged = false
    snapshot = IndexSnapshot(definition: definition, liveFields: liveFields, views: views, words: words)
    return snapshot
  }

  /// Makes a segment of the pending documents, or some where they are many.
  private func flush() throws(IndexError) {
    let (documents, live) = pending.takeAll()
    guard !documents.isEmpty else { return }
    flushedCount += documents.count
    idleDocuments += documents.count
    for (part, bytes) in builders.segments(of: documents, definition: definition) {
      var view = try memoryView(of: bytes)
      for (document, values) in live[part].enumerated() {
        for (field, value) in values.enumerated() where !value.isNaN {
          view.setLive(field, of: document, to: value)
        }
      }
      views.append(view)
    }
  }

  private func takeNumber() -> UInt64 {
    defer { nextNumber += 1 }
    return nextNumber
  }

  private func memoryView(of bytes: [UInt8]) throws(IndexError) -> SegmentView {
    let number = takeNumber()
    let segment = try Segment(
      number: number, bytes: SegmentBytes(bytes), path: "segment \(number) in memory", definition: definition)
    return SegmentView(segment: segment, liveFields: liveFields.count)
  }

  /// Merges segments by the policy.
  private func merge() throws(IndexError) {
    try takeMerged()
    views.removeAll { $0.liveCount == 0 }
    while true {
      // What is being merged beside the writer is left alone, and will be one.
      let first = views.lastIndex { merges.hold($0.segment.number) }.map { $0 + 1 } ?? 0
      let isCrowded = views.count - merges.surplus > MergePolicy.mostSegments
      guard let parts = partsToMerge(views[first...], isCrowded: isCrowded) else { break }
      if views[parts].reduce(0, { $0 + $1.liveCount }) <= policy.mostAtOnce {
        try mergeAtOnce(parts)
      } else if merges.isEmpty || !merges.isFull && views.count > MergePolicy.manySegments {
        mergeBeside(Array(parts))
      } else if views.count > MergePolicy.tooManySegments {
        merges.waitForOne()
        try takeMerged()
      } else {
        break
      }
    }
  }

  /// The segments that are merged next; nil where none have to be.
  private func partsToMerge(_ views: ArraySlice<SegmentView>, isCrowded: Bool) -> Range<Int>? {
    if let first = policy.first(of: views.map(\.segment.documentCount), isCrowded: isCrowded) {
      return views.startIndex + first..<views.endIndex
    }
    let wasteful = views.firstIndex { $0.deletedCount * 2 > $0.segment.documentCount }
    return wasteful.map { $0..<$0 + 1 }
  }

  /// Begins to merge the views at these places.
  private func mergeBeside(_ places: [Int]) {
    merges.begin(
      BackgroundMerge(
        of: places.map { views[$0] }, number: takeNumber(), files: files, definition: definition,
        policy: policy))
  }

  private func mergeAtOnce(_ parts: Range<Int>) throws(IndexError) {
    let merger = SegmentMerger(
      definition: definition, parts: Array(views[parts]), fewestToTrain: policy.fewestToTrain)
    let merged = try memoryView(of: merger.merged())
    replace(views[parts].map(\.segment.number), with: merged, origins: merger.origins)
  }

  /// Takes in what merges beside the writer have made.
  private func takeMerged() throws(IndexError) {
    while let merge = merges.takeOver() {
      guard let merged = try merge.outcome() else { preconditionFailure("what is over has an outcome") }
      if merged.isWritten { files.note(merged.segment.number) }
      filters[merged.segment.number] = merged.filter
      if let dictionary = merged.segment.dictionary { builders.dictionary = dictionary }
      replace(
        merge.parts, with: SegmentView(segment: merged.segment, liveFields: liveFields.count), origins: merged.origins)
    }
  }

  /// Puts a merged segment into the place of its parts, without what was deleted since it was begun, and with the live
  /// values of now.
  private func replace(_ parts: [UInt64], with segment: SegmentView, origins: [(part: Int, document: Int)]) {
    var merged = segment
    let sources = parts.map { number in views.first { $0.segment.number == number } }
    for (document, origin) in origins.enumerated() {
      // A part of which nothing was left is gone.
      guard let source = sources[origin.part], !source.isDeleted(origin.document) else {
        merged.delete(document)
        continue
      }
      for field in 0..<liveFields.count {
        let value = source.liveValue(field, of: origin.document)
        if !value.isNaN { merged.setLive(field, of: document, to: value) }
      }
    }
    words.merge(
      sources.compactMap { $0?.segment }, into: merged.segment.number, current: views.map(\.segment))
    let place = views.firstIndex { parts.contains($0.segment.number) } ?? views.endIndex
    views.removeAll { parts.contains($0.segment.number) }
    if merged.liveCount > 0 { views.insert(merged, at: min(place, views.endIndex)) }
  }

  /// Waits for the merges beside the writer; their results are taken in at the next refresh.
  func waitForMerges() { merges.waitForAll() }

  /// Merges segments beside the writer while there is nothing else to do, so that searches find few; to be called now and
  /// then. Costs no more than the changes before it: each document is written again once for that.
  ///
  /// - Returns: whether segments were merged since the last refresh, which the next one shows.
  public func rest() -> Bool {
    if merges.isOneOver { return true }
    guard merges.isEmpty, !isChanged else { return false }
    let places = policy.idle(of: views.map(\.segment.documentCount), documents: idleDocuments)
    guard !places.isEmpty else { return false }
    idleDocuments -= places.reduce(0) { $0 + views[$1].segment.documentCount }
    mergeBeside(places)
    return false
  }

  /// Merges segments until there are no more than `count`, and waits for it: for an index that was loaded and will be
  /// searched for long. Takes the time of writing all of it again, and the memory of the largest merge.
  public func compact(to count: Int = 1) throws(IndexError) {
    precondition(count > 0, "an index has a segment at least")
    _ = try refresh()
    while true {
      merges.waitForAll()
      _ = try refresh()
      guard views.count > count else { return }
      guard merges.isEmpty else { continue }
      mergeBeside(policy.smallest(views.count - count + 1, of: views.map(\.segment.documentCount)))
    }
  }

  // MARK: Durability

  /// Makes everything durable and returns what ``restore(directory:definition:manifest:)`` needs.
  ///
  /// Waits for the files, and after a load for merges. Who can't, takes ``beginCheckpoint()``.
  public func checkpoint() throws(IndexError) -> [UInt8] {
    _ = try refresh()
    try finishMerges()
    let manifest = try beginCheckpoint().manifest()
    _ = try refresh()
    return manifest
  }

  /// Begins to make everything durable that was changed until now, beside the writer, which goes on.
  ///
  /// One checkpoint is written after the other: this waits for the one before. Files of earlier ones stay until
  /// ``discardFiles(notIn:)``.
  public func beginCheckpoint() throws(IndexError) -> IndexCheckpoint {
    _ = try refresh()
    takeWritten()
    flushedCount = 0
    files.keep(Set(views.map(\.segment.number)))
    let checkpoint = IndexCheckpoint(of: views, nextNumber: nextNumber, files: files, definition: definition)
    for index in views.indices { views[index].isChanged = false }
    writing = checkpoint
    return checkpoint
  }

  /// Waits for the checkpoint that is being written, and goes on with what it has written: its segments are mapped, and
  /// what they took in memory is free once older snapshots are gone.
  private func takeWritten() {
    guard let checkpoint = writing else { return }
    writing = nil
    switch checkpoint.outcome() {
    case .success(let written):
      files.adopt(written)
      for index in views.indices {
        if let mapped = written.mapped[views[index].segment.number] { views[index].map(mapped) }
      }
    case .failure:
      // Who waits for it is told. The next checkpoint has all of it to write again.
      for index in views.indices where checkpoint.numbers.contains(views[index].segment.number) {
        views[index].isChanged = true
      }
    }
  }

  /// Waits for merges of no more documents than came since the last checkpoint, where these are most of the index: after a
  /// load, what is written is what will be searched; while a large index changes, there is no wait.
  private func finishMerges() throws(IndexError) {
    let total = views.reduce(0) { $0 + $1.liveCount }
    while !merges.isEmpty, merges.documentCount <= flushedCount, flushedCount * 2 > total {
      flushedCount -= merges.documentCount
      viewFilters = []
      merges.waitForAll()
      try merge()
    }
  }

  /// Removes files that the checkpoint described by `manifest`, the last one, does not need.
  ///
  /// Nothing while another one is being written: the files are removed after it.
  public func discardFiles(notIn manifest: [UInt8]) {
    guard writing?.isOver ?? true else { return }
    takeWritten()
    files.discard(notIn: manifest, nor: merges.numbers)
  }
}
