internal import DurableFiles
internal import RecordBatches

/// The log's topics and partitions: what its lock protects. Partitions have locks of their own.
struct TopicRegistry {
  /// A topic as it is served.
  struct Topic: Sendable {
    let id: TopicID
    var settings: TopicSettings
    var partitions: [Partition]
  }

  let directory: String
  var topics: [String: Topic] = [:]
  /// By number; nil where a topic was deleted.
  var partitions: [Partition?] = []
  /// Counts records without keys.
  var sequence: UInt64 = 0

  func partition(_ name: TopicPartition) -> Partition? {
    guard let topic = topics[name.topic], name.partition >= 0, name.partition < Int32(topic.partitions.count) else {
      return nil
    }
    return topic.partitions[Int(name.partition)]
  }

  /// Writes the table with a topic as it is to be, and more partitions at its end.
  func writeTable(
    replacing name: String, with topic: TopicTable.Topic?, adding added: [TopicPartition] = []
  ) throws(EventLogError) {
    var table = TopicTable()
    let isRemoved = topic == nil
    table.partitions = partitions.map { partition in
      partition.flatMap { isRemoved && $0.name.topic == name ? nil : $0.name }
    }
    table.partitions += added.map { $0 }
    for (other, known) in topics.sorted(by: { $0.key < $1.key }) where other != name {
      table.topics.append(TopicTable.Topic(name: other, id: known.id, settings: known.settings.overrides))
    }
    if let topic { table.topics.append(topic) }
    try table.write(directory: directory)
  }

  static func path(of partition: TopicPartition, in directory: String) -> String {
    directory + "/\(partition.topic)-\(partition.partition)"
  }

  /// How the directories of deleted partitions end; those of partitions end in digits.
  static let deletedSuffix = ".deleted"

  /// Where a deleted partition's files wait for their removal: named by its number, since its name may be as long as a
  /// file's name can be.
  static func deletedPath(of partition: Partition, in directory: String) -> String {
    directory + "/\(partition.number)" + deletedSuffix
  }

  /// Makes the partitions that were added to the table, and their names durable, before anything is appended to them.
  mutating func make(_ added: [TopicPartition], settings: TopicSettings) throws(EventLogError) -> [Partition] {
    var made: [Partition] = []
    for name in added {
      // What a deletion that a crash or the disk has interrupted left of a topic of the same name.
      do throws(FileError) {
        try Files.removeTree(Self.path(of: name, in: directory))
      } catch {
        throw .storage(error)
      }
      var report = RecoveryReport()
      let state = try PartitionState(
        name: name, directory: Self.path(of: name, in: directory), settings: settings, report: &report)
      try state.syncNames()
      made.append(Partition(number: partitions.count + made.count, state))
    }
    partitions += made.map { $0 }
    return made
  }
}
