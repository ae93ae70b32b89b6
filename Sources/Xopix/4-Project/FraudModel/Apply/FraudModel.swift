public import ByteCoding
internal import JSONBytes
public import Projections
internal import RecordBatches
public import Scoring
public import ShopEvents
internal import Synchronization

/// Scores every payment of the log as of just before it, and answers for payments that are about to be made.
///
/// Payments that went through and payments that failed are scored alike: whoever tries cards leaves mostly failures.
/// Refunds are not. The model is thread-safe: any thread may ask while the projection applies; a lock is held for one
/// payment at a time.
public final class FraudModel: ReadModel, Sendable {
  /// The model's name in metrics, manifests and messages.
  public let name = "fraud"
  /// The topic of the decisions.
  public static let outputTopic = "fraud"
  /// The entities (cards, devices …) that are remembered at most.
  public static let mostEntities = 1_000_000

  private struct State {
    var features: FeatureState
    var decisions = DecisionLog()
    var position = Position()
  }

  private struct Journals {
    var entities: KeyedJournal
    var decisions: KeyedJournal
  }

  private let scorer: Scorer
  private let state: Mutex<State>
  /// Only the projection's thread takes this lock.
  private let journals: Mutex<Journals>

  /// Opens the model in a directory, empty or as a checkpoint's manifest describes it.
  public init(definition: ScoringDefinition, directory: String, manifest: [UInt8]?) throws {
    // A label names a payment; the payment's card is what it marks.
    scorer = try Scorer(definition: definition, fields: PaymentFields.names, links: [("payment", "card")])
    let saved = try manifest.map { try FraudManifest(bytes: $0, directory: directory) }
    if let saved, saved.layout != scorer.stateLayout {
      throw ProjectionError.otherDefinitions(directory: directory, of: "features")
    }
    var restored = State(features: FeatureState(entities: Self.mostEntities))
    var damage: ByteReaderError?
    let entities = try KeyedJournal(directory: directory, name: "entities", restoring: saved?.entities) { change in
      do throws(ByteReaderError) {
        try restored.features.restore(key: change.key, value: change.value)
      } catch {
        damage = error
      }
    }
    if let saved { restored.features.finishRestoring(generation: saved.generation) }
    let decisions = try KeyedJournal(directory: directory, name: "decisions", restoring: saved?.decisions) { change in
      do throws(ByteReaderError) {
        try restored.decisions.restore(key: change.key, value: change.value)
      } catch {
        damage = error
      }
    }
    if let damage { throw ProjectionError.damagedFile(path: directory, reason: "\(damage)") }
    state = Mutex(restored)
    journals = Mutex(Journals(entities: entities, decisions: decisions))
  }

  // MARK: Read model

  /// Scores payments, learns from labels.
  public func apply(_ events: [PositionedEvent<ShopEvent>]) -> [OutputRecord] {
    var outputs: [OutputRecord] = []
    for event in events {
      switch event.event.body {
      case .payment(let payment) where payment.kind != .refunded:
        let decision = score(payment, of: event.event)
        outputs.append(
          FraudScoredEvent.output(
            decision, of: event.event, source: SourceRecord(event.topicPartition, event.offset)))
      case .fraudLabel(let label):
        state.withLock {
          scorer.label("payment", value: label.paymentID, isFraud: label.isFraud, in: &$0.features)
        }
      default: break
      }
    }
    return outputs
  }

  private func score(_ payment: PaymentChange, of event: ShopEvent) -> ScoredPayment {
    let observation = PaymentFields.observation(of: payment, at: event.time)
    return state.withLock { state in
      let decision = ScoredPayment(
        paymentID: payment.paymentID, time: event.time, amount: payment.amount, currency: payment.currency,
        assessment: scorer.assess(observation, in: state.features))
      scorer.record(observation, in: &state.features)
      state.decisions.append(decision)
      return decision
    }
  }

  /// Notes the position that answers reflect.
  public func publish(at position: Position) { state.withLock { $0.position = position } }

  /// Writes what changed since the last checkpoint.
  public func writeCheckpoint(number: UInt64) throws -> [UInt8] {
    let (entityChanges, decisionChanges, generation) = state.withLock {
      ($0.features.changes(), $0.decisions.changes(), $0.features.generation)
    }
    let counts = state.withLock { ($0.features.count, $0.decisions.count) }
    let layout = scorer.stateLayout
    let manifest = try journals.withLock { journals in
      let entities = try journals.entities.checkpoint(changes: entityChanges, count: counts.0) {
        state.withLock { $0.features.all() }
      }
      let decisions = try journals.decisions.checkpoint(changes: decisionChanges, count: counts.1) {
        state.withLock { $0.decisions.all() }
      }
      return FraudManifest(layout: layout, generation: generation, entities: entities, decisions: decisions).bytes
    }
    // Only now: changes that could not be written are written by the next checkpoint.
    state.withLock {
      $0.features.forgetChanges()
      $0.decisions.forgetChanges()
    }
    return manifest
  }

  /// Removes the journals' former files.
  public func discardFiles(notIn manifest: [UInt8]) {
    journals.withLock {
      $0.entities.discardOldFiles()
      $0.decisions.discardOldFiles()
    }
  }

  /// The checksum of entities and decisions.
  public func checksum() -> LogicalChecksum {
    let (entities, decisions) = state.withLock { ($0.features.all(), $0.decisions.all()) }
    var checksum = LogicalChecksum()
    for (kind, items) in [(UInt8(0), entities), (1, decisions)] {
      for (key, value) in items {
        var item = ByteWriter()
        item.write(kind)
        item.writePrefixed(key)
        item.writePrefixed(value ?? [])
        checksum.insert(item.bytes)
      }
    }
    return checksum
  }

  // MARK: Questions

  /// The position that answers reflect at least.
  public var position: Position { state.withLock { $0.position } }

  /// What is thought of a payment that is about to be made; for one that is in the log already, what was decided then.
  public func score(_ payment: PaymentChange, at time: Timestamp) -> ScoredPayment {
    let observation = PaymentFields.observation(of: payment, at: time)
    return state.withLock { state in
      state.decisions.decision(about: payment.paymentID)
        ?? ScoredPayment(
          paymentID: payment.paymentID, time: time, amount: payment.amount, currency: payment.currency,
          assessment: scorer.assess(observation, in: state.features))
    }
  }

  /// Up to `size` decisions, the latest first, and the number before which to go on.
  ///
  /// - Parameters:
  ///   - decision: only these; nil for all.
  ///   - number: only those made before the decision of this number; nil to start with the latest.
  public func decisions(
    size: Int, decision: Decision? = nil, before number: UInt64? = nil
  ) -> (items: [ScoredPayment], next: UInt64?) {
    let found = state.withLock { state in
      state.decisions.latest(size + 1, before: number) { decision == nil || $0.assessment.decision == decision }
    }
    let items = found.prefix(size)
    return (items.map(\.1), found.count > size ? items.last?.0 : nil)
  }
}

/// What a checkpoint keeps of the fraud model, beside the journals' files.
private struct FraudManifest {
  /// What the features keep of entities.
  let layout: [UInt8]
  let generation: UInt64
  let entities: [UInt8]
  let decisions: [UInt8]

  init(layout: [UInt8], generation: UInt64, entities: [UInt8], decisions: [UInt8]) {
    self.layout = layout
    self.generation = generation
    self.entities = entities
    self.decisions = decisions
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.writePrefixed(layout)
    writer.writeVarint(generation)
    writer.writePrefixed(entities)
    writer.writePrefixed(decisions)
    return writer.bytes
  }

  init(bytes: [UInt8], directory: String) throws(ProjectionError) {
    do throws(ByteReaderError) {
      var reader = ByteReader(bytes.rawBytes)
      layout = try reader.readPrefixedBytes()
      generation = try reader.readVarint()
      entities = try reader.readPrefixedBytes()
      decisions = try reader.readPrefixedBytes()
    } catch {
      throw .damagedFile(path: directory, reason: "its manifest in the checkpoint ends early")
    }
  }
}
