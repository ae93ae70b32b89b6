public import KafkaClient
public import Projections
internal import RecordBatches

/// Appends events to the cluster as producers do: by key, each once, told as written when the cluster's replicas have it.
public struct ClusterAppender: Sendable {
  private let producer: KafkaProducer

  /// An appender to the cluster that `properties` name.
  ///
  /// - Parameter timeoutMilliseconds: after which an event that no broker has taken is given up.
  public init(
    properties: KafkaProperties, timeoutMilliseconds: Int = 10_000, clientLog: @escaping KafkaLog = { _ in }
  ) throws(ClusterError) {
    do throws(KafkaClientError) {
      producer = try KafkaProducer(
        properties, deliveryTimeoutMilliseconds: timeoutMilliseconds, log: clientLog)
    } catch {
      throw .client(error)
    }
  }

  /// Appends `entries`, of one key in their order, and returns the position after them once they are written.
  ///
  /// Where it throws, the entries were not acknowledged, and any of them may be there.
  public func append(_ entries: [EventAppender.Entry]) async throws(ClusterError) -> Position {
    let places: [KafkaPlace]
    do throws(KafkaClientError) {
      places = try await producer.produce(entries.map { KafkaMessage(topic: $0.topic, record: $0.record) })
    } catch {
      throw .unavailable(reason: error.description)
    }
    var position = Position()
    for place in places { position.advance(place.topicPartition, to: place.offset.advanced(by: 1)) }
    return position
  }

  /// Ends the appender after what was given is written, or the time is over.
  public func close(milliseconds: Int32 = 5000) { producer.close(flushMilliseconds: milliseconds) }
}
