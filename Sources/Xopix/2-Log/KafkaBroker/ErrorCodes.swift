internal import EventLog
internal import KafkaWire
internal import RecordBatches

extension ErrorCode {
  /// What a client is told of a failure of the log.
  init(_ error: EventLogError) {
    self =
      switch error {
      case .unknownPartition, .unknownTopic: .unknownTopicOrPartition
      case .invalidTopic(_, let reason): reason.contains("partitions") ? .invalidPartitions : .invalidTopicException
      case .topicExists: .topicAlreadyExists
      case .tooManyPartitions: .policyViolation
      case .invalidSetting: .invalidConfig
      case .offsetOutOfRange: .offsetOutOfRange
      case .invalidBatch(let error): ErrorCode(error)
      case .batchTooLarge: .messageTooLarge
      case .fencedProducer: .invalidProducerEpoch
      case .outOfOrderSequence: .outOfOrderSequenceNumber
      case .duplicateSequence: .duplicateSequenceNumber
      case .damaged: .corruptMessage
      case .storage, .readOnly: .kafkaStorageError
      }
  }

  /// What a producer is told of a batch that is not stored.
  init(_ error: RecordBatchError) {
    self =
      switch error {
      // Damage on the way may be mended by sending again; what is wrong as it was made is not.
      case .wrongChecksum, .truncated: .corruptMessage
      case .malformed: .invalidRecord
      case .wrongMagic: .unsupportedForMessageFormat
      case .tooLarge: .messageTooLarge
      case .missingKey: .invalidRecord
      }
  }

  /// What a client is told of its group.
  init(_ error: GroupError) { self = ErrorCode(rawValue: error.rawValue) ?? .unknownServerError }
}
