package import KafkaClient
package import RecordBatches

/// How a cluster is read; ``KafkaConsumer`` says what each does.
package protocol ClusterReading: AnyObject {
  func clusterID(milliseconds: Int32) -> String?
  func describe(_ names: [String], milliseconds: Int32) throws(KafkaClientError) -> [KafkaTopic]
  func bounds(of partition: TopicPartition, milliseconds: Int32) throws(KafkaClientError) -> KafkaBounds
  func bounds(
    of partitions: [TopicPartition], milliseconds: Int32
  ) throws(KafkaClientError) -> [TopicPartition: KafkaBounds]
  func knownEnd(of partition: TopicPartition) -> Offset?
  func start(_ partition: TopicPartition, at offset: Offset) throws(KafkaClientError)
  func stop(_ partition: TopicPartition)
  func poll(limit: Int, milliseconds: Int32) -> [KafkaConsumer.Event]
}

extension KafkaConsumer: ClusterReading {}

/// How a cluster is written in transactions; ``KafkaProducer`` says what each does.
package protocol ClusterWriting: AnyObject {
  var fatalFault: KafkaFault? { get }
  func beginTransactions(milliseconds: Int32) throws(KafkaClientError)
  func beginTransaction() throws(KafkaClientError)
  func produceAndWait(_ messages: [KafkaMessage]) throws(KafkaClientError) -> [KafkaPlace]
  func commitTransaction(milliseconds: Int32) throws(KafkaClientError)
  func abortTransaction(milliseconds: Int32) throws(KafkaClientError)
  func makeTopic(_ name: String, partitions: Int32?, milliseconds: Int32) throws(KafkaClientError)
}

extension KafkaProducer: ClusterWriting {}
