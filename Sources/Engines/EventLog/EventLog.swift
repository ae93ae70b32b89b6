internal import DurableFiles
internal import RecordBatches
internal import Synchronization

/// A log of events on disk: topics, partitions, segments of Kafka record batches, and one order over all of them.
///
/// Any thread may append and read. An append is written when it returns, and durable when
/// ``waitUntilDurable(_:)`` or ``whenDurable(_:_:)`` says so.
///
/// Locks are taken in this order: the registry of topics, a partition (several in the order of their numbers), the order
/// journal.
public final class EventLog: Sendable {
  /// What opening the log found and mended.
  public let recovery: RecoveryReport
  let directory: String
  let configuration: EventLogConfiguration
  let registry: Mutex<TopicRegistry>
  let order: Mutex<OrderState>
  let commit: GroupCommit
  /// Held while files are synced: a round beside another one would call durable what that is still syncing.
  let syncing = Mutex(())
  /// Held while old segments are removed or compacted.
  let cleaning = Mutex(())

  /// Opens the log in `directory`, which is made where it does not exist, and mends what a crash left.
  ///
  /// The directory must not be open twice; its owner holds a lock.
  public static func open(
    directory: String, configuration: EventLogConfiguration = EventLogConfiguration()
  ) throws(EventLogError) -> EventLog {
    try EventLog(directory: directory, configuration: configuration)
  }

  private init(directory: String, configuration: EventLogConfiguration) throws(EventLogError) {
    self.directory = directory
    self.configuration = configuration
    do throws(FileError) {
      try Files.createDirectory(directory)
      // What a deletion had not finished.
      for name in try Files.list(directory) where name.hasSuffix(TopicRegistry.deletedSuffix) {
        try Files.removeTree(directory + "/" + name)
      }
    } catch {
      throw .storage(error)
    }
    var report = RecoveryReport()
    let table = try TopicTable.read(directory: directory)
    var settings: [String: TopicSettings] = [:]
    for topic in table.topics { settings[topic.name] = try configuration.settings(topic.settings) }
    var states: [PartitionState?] = []
    for name in table.partitions {
      guard let name, let settings = settings[name.topic] else {
        states.append(nil)
        continue
      }
      states.append(
        try PartitionState(
          name: name, directory: TopicRegistry.path(of: name, in: directory), settings: settings, report: &report))
    }
    let (journal, covered) = try OrderRecovery(partitions: states).mend(
      try OrderJournal(directory: directory, report: &report), known: OrderCoverage.read(directory: directory),
      report: &report)
    var registry = TopicRegistry(directory: directory)
    registry.partitions = states.enumerated().map { number, state in state.map { Partition(number: number, $0) } }
    for topic in table.topics {
      guard let settings = settings[topic.name] else { continue }
      let partitions = registry.partitions.compactMap { $0 }.filter { $0.name.topic == topic.name }
      registry.topics[topic.name] = TopicRegistry.Topic(
        id: topic.id, settings: settings, partitions: partitions.sorted { $0.name < $1.name })
    }
    var order = OrderState(journal: journal, covered: covered)
    // What a crashed process had written and not synced may still be in the system's memory alone.
    order.dirty = Set(states.indices.filter { states[$0]?.isChanged ?? false })
    recovery = report
    commit = GroupCommit(durable: 0)
    self.registry = Mutex(registry)
    self.order = Mutex(order)
    try syncNow()
  }

  /// How many partitions a topic gets whose maker does not say.
  public var defaultPartitions: Int32 { configuration.defaultPartitions }

  // MARK: Topics

  /// A topic as it is.
  public struct TopicDescription: Sendable, Equatable {
    /// The topic's name.
    public let name: String
    /// Tells it from a topic of the same name that was deleted before.
    public let id: TopicID
    /// How many partitions it has.
    public let partitions: Int32
    /// How it is stored.
    public let settings: TopicSettings
  }

  /// The topics, by name.
  public var topics: [TopicDescription] {
    registry.withLock { registry in
      registry.topics.sorted { $0.key < $1.key }.map { Self.describe($0.key, $0.value) }
    }
  }

  /// The topic of a name; nil where there is none.
  public func topic(_ name: String) -> TopicDescription? {
    registry.withLock { registry in registry.topics[name].map { Self.describe(name, $0) } }
  }

  /// How many partitions a topic has; nil where there is no such topic.
  public func partitionCount(_ topic: String) -> Int32? {
    registry.withLock { $0.topics[topic].map { Int32($0.partitions.count) } }
  }

  private static func describe(_ name: String, _ topic: TopicRegistry.Topic) -> TopicDescription {
    TopicDescription(
      name: name, id: topic.id, partitions: Int32(topic.partitions.count), settings: topic.settings)
  }

  /// Makes a topic.
  ///
  /// - Parameters:
  ///   - partitions: 1 to 1000; nil for the configured default.
  ///   - settings: by Kafka's names; what is not there has its default.
  @discardableResult
  public func makeTopic(
    _ name: String, partitions: Int32? = nil, settings: [String: String] = [:]
  ) throws(EventLogError) -> TopicDescription {
    let resolved = try checkTopic(name, partitions: partitions, settings: settings)
    return try registry.withLock { (registry: inout TopicRegistry) throws(EventLogError) in
      guard registry.topics[name] == nil else { throw EventLogError.topicExists(name) }
      let count = partitions ?? configuration.defaultPartitions
      let added = (0..<count).map { TopicPartition(topic: name, partition: $0) }
      try checkRoom(for: added.count, of: name, registry)
      let id = TopicID(name: name, number: registry.partitions.count)
      try registry.writeTable(
        replacing: name, with: TopicTable.Topic(name: name, id: id, settings: settings), adding: added)
      let made = try registry.make(added, settings: resolved)
      let topic = TopicRegistry.Topic(id: id, settings: resolved, partitions: made)
      registry.topics[name] = topic
      return Self.describe(name, topic)
    }
  }

  /// Makes a topic with default settings; nothing where it exists.
  public func createTopic(_ name: String, partitions: Int32? = nil) throws(EventLogError) {
    do throws(EventLogError) {
      try makeTopic(name, partitions: partitions)
    } catch {
      guard case .topicExists = error else { throw error }
    }
  }

  /// Checks what ``makeTopic(_:partitions:settings:)`` would refuse, but for a name that is taken.
  @discardableResult
  public func checkTopic(
    _ name: String, partitions: Int32? = nil, settings: [String: String] = [:]
  ) throws(EventLogError) -> TopicSettings {
    // Kafka's rule for names.
    let isLegal = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isLegal, (1...249).contains(name.utf8.count), name != ".", name != ".." else {
      throw .invalidTopic(name: name, reason: "must be 1 to 249 letters, digits, dots, underscores or hyphens")
    }
    if let partitions { try Self.checkCount(partitions, of: name) }
    return try configuration.settings(settings)
  }

  private static func checkCount(_ count: Int32, of topic: String) throws(EventLogError) {
    guard (1...1000).contains(count) else {
      throw .invalidTopic(name: topic, reason: "must have 1 to 1000 partitions")
    }
  }

  private func checkRoom(for count: Int, of topic: String, _ registry: TopicRegistry) throws(EventLogError) {
    let present = registry.partitions.count { $0 != nil }
    guard present + count <= configuration.maximumPartitions else {
      throw .tooManyPartitions(topic: topic, limit: configuration.maximumPartitions)
    }
  }

  /// Gives a topic more partitions; it then has `count`. Keys move to other partitions, as with any Kafka.
  public func addPartitions(to name: String, count: Int32) throws(EventLogError) {
    try Self.checkCount(count, of: name)
    try registry.withLock { (registry: inout TopicRegistry) throws(EventLogError) in
      guard var topic = registry.topics[name] else { throw EventLogError.unknownTopic(name) }
      let present = Int32(topic.partitions.count)
      guard count > present else {
        throw EventLogError.invalidTopic(name: name, reason: "has \(present) partitions already")
      }
      let added = (present..<count).map { TopicPartition(topic: name, partition: $0) }
      try checkRoom(for: added.count, of: name, registry)
      try registry.writeTable(
        replacing: name, with: TopicTable.Topic(name: name, id: topic.id, settings: topic.settings.overrides),
        adding: added)
      topic.partitions += try registry.make(added, settings: topic.settings)
      registry.topics[name] = topic
    }
  }

  /// Replaces a topic's settings.
  public func changeSettings(of name: String, to settings: [String: String]) throws(EventLogError) {
    let resolved = try configuration.settings(settings)
    let partitions = try registry.withLock { (registry: inout TopicRegistry) throws(EventLogError) in
      guard let topic = registry.topics[name] else { throw EventLogError.unknownTopic(name) }
      try registry.writeTable(
        replacing: name, with: TopicTable.Topic(name: name, id: topic.id, settings: settings))
      registry.topics[name]?.settings = resolved
      return topic.partitions
    }
    for partition in partitions { partition.withLock { $0.settings = resolved } }
  }

  /// Deletes a topic with all its records. Readers that have a slice of it may finish with it.
  public func deleteTopic(_ name: String) throws(EventLogError) {
    let deleted = try registry.withLock { (registry: inout TopicRegistry) throws(EventLogError) in
      guard let topic = registry.topics[name] else { throw EventLogError.unknownTopic(name) }
      try registry.writeTable(replacing: name, with: nil)
      registry.topics[name] = nil
      for partition in topic.partitions { registry.partitions[partition.number] = nil }
      // From here on the topic is gone, whatever becomes of its files. They make room at once for a topic of its name.
      return topic.partitions.map { ($0, Self.delete($0, in: directory)) }
    }
    var failure: FileError?
    for (_, (watchers, _)) in deleted { for watcher in watchers { watcher() } }
    for (partition, (_, renaming)) in deleted {
      do throws(FileError) {
        if let renaming { throw renaming }
        try Files.removeTree(TopicRegistry.deletedPath(of: partition, in: directory))
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw .storage(failure) }
  }

  /// Ends the use of a partition's directory and gives it another name, under which it can be removed; returns those who
  /// watch the partition.
  private static func delete(_ partition: Partition, in directory: String) -> ([@Sendable () -> Void], FileError?) {
    partition.withLock { state in
      state.isDeleted = true
      state.failure = "the topic was deleted"
      defer { state.watchers = [:] }
      do throws(FileError) {
        try Files.rename(state.directory, to: TopicRegistry.deletedPath(of: partition, in: directory))
        return (Array(state.watchers.values), nil)
      } catch {
        return (Array(state.watchers.values), error)
      }
    }
  }

  /// The partition for a record with `key`, as Kafka's clients choose it; partition 0 of an unknown topic.
  public func partition(for key: [UInt8]?, topic: String) -> Int32 {
    registry.withLock { registry in
      guard let count = registry.topics[topic]?.partitions.count else { return 0 }
      if key == nil { registry.sequence &+= 1 }
      return Partitioner.partition(for: key, count: Int32(count), sequence: registry.sequence)
    }
  }

  /// The partition of a name, if it is there.
  func find(_ name: TopicPartition) throws(EventLogError) -> Partition {
    guard let partition = registry.withLock({ $0.partition(name) }) else { throw .unknownPartition(name) }
    return partition
  }

  /// Makes everything durable, and notes how far. The log must not be used afterwards.
  public func close() throws(EventLogError) { try syncNow() }
}
