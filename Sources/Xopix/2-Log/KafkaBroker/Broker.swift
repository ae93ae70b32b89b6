internal import EventLog
internal import KafkaWire
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import RecordBatches

/// Checks records against registered schemas, for topics with `schema.validation=true`.
public protocol RecordChecking: Sendable {
  /// Why a record's value breaks its schema; nil where it does not.
  ///
  /// - Parameter eventType: the `ce_type` header of an event in binary mode; nil where there is none.
  func violation(topic: String, value: [UInt8], eventType: String?) -> String?
}

/// What requests are answered with: the log, the coordinators, and what says who may do what.
struct Broker: Sendable {
  let configuration: BrokerConfiguration
  let log: EventLog
  let groups: GroupCoordinator
  let transactions: TransactionCoordinator
  let authorizer: any Authorizing
  let authenticator: (any Authenticating)?
  let denials: Denials
  let failureDelay: FailureDelay
  let schemas: (any RecordChecking)?
  let clock: any GroupClock
  /// Where work that waits for the disk is done.
  let pool: NIOThreadPool
  /// Where passwords are checked: a flood of guesses takes no more than this.
  let authenticationPool: NIOThreadPool
  let producerQuota: ByteQuota
  let consumerQuota: ByteQuota
  let metrics: BrokerMetrics
  let logger: Logger

  /// The number of this broker, the only one.
  static let nodeID: Int32 = 1
  static let leaderEpoch: Int32 = 0
}
