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
  private var merging: BackgroundMerge?
  /// The checkpoint that is being written, or whose outcome was not taken in yet.
  private var writing: IndexCheckpoint?
  private var filters: [UInt64: IDFilter] = [:]
  /// Those of `views`; none while they are not known.
  private var viewFilters: [IDFilter] = []
  /// What the threads that make segments know of words.
  private let lexicons = (0..<builders).map { _ in KeptLexicon() }
  /// Settable for tests.
  var policy = MergePolicy()
  /// The documents that were flushed since the last checkpoint, less those that it waited to be merged.
  private var flushedCount = 0

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
    self.nextNumber = nextNumber
    var liveFields: [Int: Int] = [:]
    for (ordinal, field) in definition.fields.enumerated() where field.isLive { liveFields[ordinal] = liveFields.count }
    self.liveFields = liveFields
    files = IndexFiles(directory: directory)
    snapshot = IndexSnapshot(definition: definition, liveFields: liveFields, views: views, words: words)
  }

  deinit {
    // Whoever opens the index next must find nobody writing its files.
    merging?.abandon()
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
  public func setLive(id: String, field: Int, value: Double) -> Bool {
    guard let live = liveFields[field] else {
      preconditionFailure("field \(definition.fields[field].name) is not declared live")
    }
    let id = Array(id.utf8)
    if pending.setLive(live, of: id, to: value) {
      // It is noted there.
    } else if let (view, document) = place(of: id) {
      views[view].setLive(live, of: document, to: value)
    } else {
      return false
    }
    isChanged = true
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
    guard isChanged || merging?.isOver ?? false || writing?.isOver ?? false else { return snapshot }
    viewFilters = []
    if writing?.isOver ?? false { takeWritten() }
    try flush()
    try merge()
    isChanged = false
    snapshot = IndexSnapshot(definition: definition, liveFields: liveFields, views: views, words: words)
    return snapshot
  }

  /// Documents from which on segments are made by several threads.
  private static let manyDocuments = 4096
  /// The threads that make segments.
  private static let builders = 2

  /// Makes a segment of the pending documents, or some where they are many.
  private func flush() throws(IndexError) {
    let (documents, live) = pending.takeAll()
    guard !documents.isEmpty else { return }
    flushedCount += documents.count
    let count = documents.count < Self.manyDocuments ? 1 : Self.builders
    let parts = (0..<count).map {
      documents.count * $0 / count..<documents.count * ($0 + 1) / count
    }
    for (part, bytes) in zip(parts, Self.built(parts.map { documents[$0] }, definition, lexicons)) {
      var view = try memoryView(of: bytes)
      for (document, values) in live[part].enumerated() {
        for (field, value) in values.enumerated() where !value.isNaN {
          view.setLive(field, of: document, to: value)
        }
      }
      views.append(view)
    }
  }

  /// The bytes of a segment of each list of documents.
  private static func built(
    _ parts: [ArraySlice<IndexDocument>], _ definition: IndexDefinition, _ lexicons: [KeptLexicon]
  ) -> [[UInt8]] {
    // What many documents bring is worth to be kept; for few, going over all that is known would cost more.
    guard parts.count > 1 else {
      var lexicon = Lexicon()
      return parts.map { SegmentBuilder.segment(of: $0, definition: definition, lexicon: &lexicon) }
    }
    let built = Mutex<[Int: [UInt8]]>([:])
    DispatchQueue.concurrentPerform(iterations: parts.count) { part in
      let bytes = lexicons[part].lexicon.withLock { lexicon in
        SegmentBuilder.segment(of: parts[part], definition: definition, lexicon: &lexicon)
      }
      built.withLock { $0[part] = bytes }
    }
    return built.withLock { built in parts.indices.compactMap { built[$0] } }
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
      let merging = merging?.parts ?? []
      let first = views.lastIndex { merging.contains($0.segment.number) }.map { $0 + 1 } ?? 0
      let count = views.count - max(0, merging.count - 1)
      guard let parts = partsToMerge(views[first...], isCrowded: count > MergePolicy.mostSegments) else { break }
      if views[parts].reduce(0, { $0 + $1.liveCount }) <= policy.mostAtOnce {
        try mergeAtOnce(parts)
      } else if self.merging == nil {
        self.merging = BackgroundMerge(
          of: Array(views[parts]), number: takeNumber(), files: files, definition: definition)
      } else if views.count > MergePolicy.tooManySegments {
        self.merging?.wait()
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

  private func mergeAtOnce(_ parts: Range<Int>) throws(IndexError) {
    let merger = SegmentMerger(definition: definition, parts: Array(views[parts]))
    let merged = try memoryView(of: merger.merged())
    replace(views[parts].map(\.segment.number), with: merged, origins: merger.origins)
  }

  /// Takes the result of the merge beside the writer in, if it is there.
  private func takeMerged() throws(IndexError) {
    guard let merging, let merged = try merging.outcome() else { return }
    self.merging = nil
    if merged.isWritten { files.note(merged.segment.number) }
    replace(
      merging.parts, with: SegmentView(segment: merged.segment, liveFields: liveFields.count),
      origins: merged.origins)
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

  /// Waits for the merge beside the writer, and takes its result in at the next refresh.
  func waitForMerges() { merging?.wait() }

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
    while let merging, merging.documentCount <= flushedCount, flushedCount * 2 > total {
      flushedCount -= merging.documentCount
      viewFilters = []
      merging.wait()
      try merge()
    }
  }

  /// Removes files that the checkpoint described by `manifest`, the last one, does not need.
  ///
  /// Nothing while another one is being written: the files are removed after it.
  public func discardFiles(notIn manifest: [UInt8]) {
    guard writing?.isOver ?? true else { return }
    takeWritten()
    files.discard(notIn: manifest, nor: merging.map { [$0.number] } ?? [])
  }
}

/// A lexicon that threads may use one after the other.
private final class KeptLexicon: Sendable {
  let lexicon = Mutex<Lexicon>(Lexicon())
}
