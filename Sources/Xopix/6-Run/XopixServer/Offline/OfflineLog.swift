internal import ByteCoding
internal import EventLog
internal import EventSources
internal import RecordBatches
internal import ShopEvents

/// The log of a data directory that no server holds, to append to.
public final class OfflineLog: Sendable {
  private let directory: DataDirectory
  private let log: EventLog

  /// Opens the log of the data directory `data`.
  public init(data: String) throws(StartFailure) {
    (directory, log) = try StartFailure.reported {
      let directory = try DataDirectory(path: data)
      return (directory, try EventLog.open(directory: directory.log))
    }
  }

  /// Appends records without keys whose values are `values`, unchecked; durable when it returns.
  public func append(_ values: [[UInt8]], to topic: String) async throws(StartFailure) {
    do {
      if let mirrored = directory.mirroredTopic(of: log) {
        throw StartFailure.configuration(
          reason: "the directory mirrors a Kafka cluster (its topic \(mirrored)): publish there")
      }
      if log.partitionCount(topic) == nil { try log.createTopic(topic) }
      let now = Clock.now().milliseconds
      _ = try await EventAppender(log: log).append(
        values.map {
          EventAppender.Entry(
            topic: topic, record: Record(key: nil, value: $0, headers: [], timestampMilliseconds: now))
        })
    } catch {
      throw StartFailure(error)
    }
  }

  /// Closes the log.
  public func close() throws(StartFailure) { try StartFailure.reported { try log.close() } }
}
