public import EventLog
internal import Foundation
public import KafkaClient
public import Projections
public import RecordBatches
internal import Synchronization

/// Writes what projections derive to a cluster, once.
///
/// Everything is written in transactions of one name. The name does two things: a process that is started again ends what
/// the one before it was doing before it looks at what that has written, so that nothing arrives afterwards; and where
/// two processes write, the later one stops the earlier, which then fails with ``ClusterError/fenced(transactionalID:)``.
///
/// Where the cluster does not answer, ``append(_:to:)`` waits for it, until ``stop()``.
public final class ClusterSink: OutputSink {
  struct State {
    var writer: (any ClusterWriting)?
    /// The offsets after what was written, or was there when the topic was read.
    var ends: [TopicPartition: Offset] = [:]
    /// Topics whose ends are known.
    var known: Set<String> = []
  }

  /// How long things are waited for.
  struct Timing {
    var answerMilliseconds: Int32 = 5000
    var retry: Duration = .milliseconds(100)
    var longestRetry: Duration = .seconds(5)
    /// How long the topics' present content is waited for without any progress, before it is asked for anew.
    var patience: Duration = .seconds(60)
  }

  private struct Signals {
    var isStopped = false
    var fault: String?
  }

  private let transactionalID: String
  private let log: EventLog
  let timing: Timing
  private let makeWriter: @Sendable () throws(KafkaClientError) -> any ClusterWriting
  private let makeReader: @Sendable () throws(KafkaClientError) -> any ClusterReading
  private let obstacle: @Sendable () -> String?
  private let state: Mutex<State>
  private let signals = Mutex(Signals())

  /// A sink that writes to the cluster that `properties` name.
  ///
  /// - Parameters:
  ///   - transactionalID: who writes. Nodes that derive the same must have the same, so that one only writes.
  ///   - log: the local mirror, which ``sync()`` makes durable.
  ///   - obstacle: why nothing must be written now, as while it is not known whether the cluster is the one that is
  ///     mirrored; nil where nothing is in the way.
  public convenience init(
    properties: KafkaProperties, transactionalID: String = "xopix.outputs", log: EventLog,
    obstacle: @escaping @Sendable () -> String? = { nil }, clientLog: @escaping KafkaLog = { _ in }
  ) {
    self.init(
      transactionalID: transactionalID, log: log, timing: Timing(),
      makeWriter: { () throws(KafkaClientError) in
        try KafkaProducer(
          properties, transactionalID: transactionalID, deliveryTimeoutMilliseconds: 10_000, log: clientLog)
      }, makeReader: { () throws(KafkaClientError) in try KafkaConsumer(properties, log: clientLog) },
      obstacle: obstacle)
  }

  init(
    transactionalID: String, log: EventLog, timing: Timing,
    makeWriter: @escaping @Sendable () throws(KafkaClientError) -> any ClusterWriting,
    makeReader: @escaping @Sendable () throws(KafkaClientError) -> any ClusterReading,
    obstacle: @escaping @Sendable () -> String? = { nil }
  ) {
    self.transactionalID = transactionalID
    self.log = log
    self.timing = timing
    self.makeWriter = makeWriter
    self.makeReader = makeReader
    self.obstacle = obstacle
    state = Mutex(State())
  }

  /// Why writing does not go on at the moment; nil while it does.
  public var fault: String? { signals.withLock { $0.fault } }

  /// Takes over writing from an earlier process, as soon as the cluster answers, on a thread that does not hold up the
  /// caller. Else the first record that is written does so.
  public func takeOver() {
    let thread = Thread { [self] in
      // What fails here fails again where something is written, and is told there.
      try? state.withLock { state in
        try retrying { () throws(ClusterError) -> Attempt<Void> in
          do throws(KafkaClientError) {
            _ = try writer(&state)
            return .done(())
          } catch {
            guard case .cluster = error else { throw .client(error) }
            state.writer = nil
            return .failed(error.description)
          }
        }
      }
    }
    thread.name = "cluster-take-over"
    thread.start()
  }

  /// Ends the waiting for a cluster that does not answer: what is not written now is derived and written again after the
  /// next start.
  public func stop() { signals.withLock { $0.isStopped = true } }

  // MARK: Writing

  /// Writes records to the topic, all or none, and returns when they are written; each goes to its key's partition.
  public func append(_ records: [Record], to topic: String) throws {
    let messages = records.map { KafkaMessage(topic: topic, record: $0) }
    try state.withLock { state in
      try retrying { () throws(ClusterError) -> Attempt<Void> in try write(messages, topic, &state) }
    }
  }

  /// Makes the local mirror durable. What was appended to the cluster is since ``append(_:to:)`` has returned.
  public func sync() throws { try log.syncNow() }

  private func write(
    _ messages: [KafkaMessage], _ topic: String, _ state: inout State
  ) throws(ClusterError) -> Attempt<Void> {
    var isCommitting = false
    do throws(KafkaClientError) {
      let writer = try writer(&state)
      try writer.beginTransaction()
      let places = try writer.produceAndWait(messages)
      isCommitting = true
      try commit(writer)
      for place in places { state.advance(place.topicPartition, to: place.offset.advanced(by: 1)) }
      return .done(())
    } catch {
      guard case .cluster(let fault) = error else { throw .client(error) }
      // A record's own fault may say less than the producer's.
      if fault.isFenced || state.writer?.fatalFault?.isFenced == true {
        throw .fenced(transactionalID: transactionalID)
      }
      if isCommitting {
        // It may be committed or not. The next producer of the name decides it; then the topic tells which.
        state.writer = nil
        return try isWritten(messages, topic, &state)
      }
      abort(&state)
      if fault.isTooLarge { throw .client(error) }
      if fault.isUnknownTopic { makeTopic(topic, state) }
      return .failed(error.description)
    }
  }

  /// Commits, asking again as long as it is undecided.
  private func commit(_ writer: any ClusterWriting) throws(KafkaClientError) {
    for _ in 0..<10 {
      do throws(KafkaClientError) {
        return try writer.commitTransaction(milliseconds: timing.answerMilliseconds)
      } catch {
        guard case .cluster(let fault) = error, fault.isRetriable, !isStopped else { throw error }
      }
    }
    try writer.commitTransaction(milliseconds: timing.answerMilliseconds)
  }

  /// Takes back the transaction under way; a producer that can't is replaced, which does the same.
  private func abort(_ state: inout State) {
    do throws(KafkaClientError) {
      try state.writer?.abortTransaction(milliseconds: timing.answerMilliseconds)
    } catch {
      state.writer = nil
    }
  }

  private func makeTopic(_ topic: String, _ state: State) {
    // A cluster that makes topics by itself, or lets nobody make any, answers with an error: the next attempt tells.
    try? state.writer?.makeTopic(topic, partitions: nil, milliseconds: timing.answerMilliseconds)
  }

  /// Whether an undecided transaction was committed.
  private func isWritten(
    _ messages: [KafkaMessage], _ topic: String, _ state: inout State
  ) throws(ClusterError) -> Attempt<Void> {
    let before = Position(state.ends)
    let records: [Record] = try retrying { () throws(ClusterError) in try settle([topic], from: before, &state) }
    guard let first = messages.first?.record else { return .done(()) }
    // A topic may stamp records with a time of its own.
    let isThere = records.contains { $0.key == first.key && $0.value == first.value && $0.headers == first.headers }
    return isThere ? .done(()) : .failed("a transaction was not committed")
  }

  private func writer(_ state: inout State) throws(KafkaClientError) -> any ClusterWriting {
    if let writer = state.writer { return writer }
    let writer = try makeWriter()
    try writer.beginTransactions(milliseconds: timing.answerMilliseconds)
    state.writer = writer
    return writer
  }

  // MARK: What is there

  /// The records of topics from a position on, after the process that wrote them before has been ended. Waits for a
  /// cluster that does not answer.
  public func records(of topics: [String], from position: Position) throws -> [Record] {
    try state.withLock { state in
      try retrying { () throws(ClusterError) in try settle(topics, from: position, &state) }
    }
  }

  /// The ends of the topics' partitions: everything that this sink wrote is before them. Of topics that can't be asked for
  /// nothing is said.
  public func endPosition(of topics: [String]) -> Position {
    state.withLock { state in
      let unknown = topics.filter { !state.known.contains($0) }
      if !unknown.isEmpty { try? askForEnds(of: unknown, &state) }
      return Position(state.ends.filter { topics.contains($0.key.topic) })
    }
  }

  private func askForEnds(of topics: [String], _ state: inout State) throws(KafkaClientError) {
    let reading = try ClusterReadings(makeReader(), milliseconds: timing.answerMilliseconds)
    for (partition, bounds) in try reading.bounds(of: topics) { state.advance(partition, to: bounds.end) }
    state.known.formUnion(topics)
  }

  /// Reads topics after whatever transaction of this name was under way has been decided.
  private func settle(
    _ topics: [String], from position: Position, _ state: inout State
  ) throws(ClusterError) -> Attempt<[Record]> {
    do throws(KafkaClientError) {
      _ = try writer(&state)
      let reading = try ClusterReadings(makeReader(), milliseconds: timing.answerMilliseconds)
      let bounds = try reading.bounds(of: topics)
      let records = try reading.records(
        of: bounds, from: position, patience: timing.patience, isStopped: { isStopped })
      guard let records else { return .failed("reading what was written makes no progress") }
      for (partition, bounds) in bounds { state.advance(partition, to: bounds.end) }
      state.known.formUnion(topics)
      return .done(records)
    } catch {
      guard case .cluster(let fault) = error else { throw .client(error) }
      if fault.isFenced { throw .fenced(transactionalID: transactionalID) }
      return .failed(error.description)
    }
  }

  // MARK: Trying again

  private enum Attempt<Value> {
    case done(Value)
    case failed(String)
  }

  private var isStopped: Bool { signals.withLock { $0.isStopped } }

  /// Repeats `attempt` until it is done, with growing pauses.
  private func retrying<Value>(_ attempt: () throws(ClusterError) -> Attempt<Value>) throws(ClusterError) -> Value {
    var delay = timing.retry
    while true {
      let outcome: Attempt<Value> = if let reason = obstacle() { .failed(reason) } else { try attempt() }
      switch outcome {
      case .done(let value):
        signals.withLock { $0.fault = nil }
        return value
      case .failed(let reason):
        signals.withLock { $0.fault = reason }
        if isStopped { throw .stopped }
      }
      let wake = ContinuousClock.now + delay
      while ContinuousClock.now < wake, !isStopped { Thread.sleep(forTimeInterval: 0.01) }
      delay = min(delay * 2, timing.longestRetry)
    }
  }
}

extension ClusterSink.State {
  mutating func advance(_ partition: TopicPartition, to offset: Offset) {
    ends[partition] = max(ends[partition] ?? Offset(rawValue: 0), offset)
  }
}
