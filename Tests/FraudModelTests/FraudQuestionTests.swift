import FraudModel
import Projections
import RecordBatches
import Scoring
import ShopEvents
import Testing

@Suite("Asking the fraud model")
struct FraudQuestionTests {
  static func model(_ folder: TemporaryFolder) throws -> FraudModel {
    try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
  }

  @Test("a payment about to be made is scored as the log would score it, and leaves no trace")
  func asking() throws {
    let folder = try TemporaryFolder()
    let model = try Self.model(folder)
    var events = RandomEvents(seed: 9)
    for event in events.next(300) {
      if case .payment(let payment) = event.event.body, payment.kind != .refunded {
        let before = model.checksum()
        let asked = model.score(payment, at: event.event.time)
        #expect(model.checksum() == before)
        _ = model.apply([event])
        #expect(try #require(model.decisions(size: 1).items.first) == asked)
      } else {
        _ = model.apply([event])
      }
    }
  }

  @Test("for a payment in the log the answer is what was decided then")
  func known() throws {
    let folder = try TemporaryFolder()
    let model = try Self.model(folder)
    let decided = try model.decide(Payment(), at: 0, offset: 1)
    for offset in 2...9 as ClosedRange<Int64> { try model.decide(Payment(), at: offset, offset: offset) }
    let asked = model.score(Payment(id: "p1", amount: 5000).change, at: moment(20))
    #expect(asked.assessment == decided && asked.time == moment(0) && asked.amount == Money(rawValue: 500_000))
    #expect(model.score(Payment(id: "new").change, at: moment(20)).assessment.score > decided.score)
  }

  @Test("labels block a card's next payments; a label taken back frees it")
  func labels() throws {
    let folder = try TemporaryFolder()
    let model = try Self.model(folder)
    try model.decide(Payment(), at: 0, offset: 1)
    func label(_ id: String, _ isFraud: Bool, _ offset: Int64) {
      let label = FraudLabel(paymentID: id, isFraud: isFraud)
      #expect(model.apply([event(.fraudLabel(label), at: 10, offset: offset)]).isEmpty)
    }
    label("unknown", true, 2)
    #expect(model.score(Payment(id: "q").change, at: moment(90_000)).assessment.decision == .allow)
    label("p1", true, 3)
    let blocked = model.score(Payment(id: "q").change, at: moment(90_000)).assessment
    #expect(blocked.decision == .block && blocked.rules == ["card-labelled-fraud"])
    #expect(model.score(Payment(id: "q", card: "other").change, at: moment(90_000)).assessment.decision == .allow)
    label("p1", false, 4)
    #expect(model.score(Payment(id: "q").change, at: moment(90_000)).assessment.decision == .allow)
  }

  @Test("Property: pages of any size join to all decisions, the latest first, filtered or not")
  func paging() throws {
    let folder = try TemporaryFolder()
    let model = try Self.model(folder)
    var events = RandomEvents(seed: 12)
    var expected: [String] = []
    for event in events.next(300) {
      guard !model.apply([event]).isEmpty, case .payment(let payment) = event.event.body else { continue }
      expected.insert(payment.paymentID, at: 0)
    }
    let all = model.allDecisions()
    #expect(all.map(\.paymentID) == expected)
    for size in [1, 2, 7, 50, expected.count, 1000] {
      #expect(model.allDecisions(pages: size) == all, "pages of \(size)")
      for decision in Decision.allCases {
        let wanted = all.filter { $0.assessment.decision == decision }
        #expect(model.allDecisions(pages: size, decision) == wanted, "\(decision)")
        #expect(!wanted.isEmpty)
      }
    }
    // A page that has just everything says that there is no more.
    #expect(model.decisions(size: expected.count).next == nil)
    #expect(model.decisions(size: 5, before: 1).items.isEmpty)
    #expect(model.decisions(size: 5, before: .max).items == Array(all.prefix(5)))
    #expect(model.decisions(size: 0).items.isEmpty)
  }

  @Test("many threads may ask while events are applied; the state is as if nobody had")
  func threads() async throws {
    let folder = try TemporaryFolder()
    let model = try Self.model(folder)
    var events = RandomEvents(seed: 21)
    let log = events.next(400)
    let quiet = try Self.model(folder)
    let expected = quiet.apply(log).map(\.record)
    let found = await withTaskGroup(of: [Record].self) { group in
      for reader in 0..<4 {
        group.addTask {
          var generator = SeededGenerator(seed: UInt64(reader))
          for _ in 0..<300 {
            let payment = Payment(id: "ask", card: "card-\(generator.number(1...6))", device: "device-1")
            let asked = model.score(payment.change, at: moment(Int64(generator.number(0...100_000))))
            #expect((0...1).contains(asked.assessment.score))
            let page = model.decisions(size: generator.number(1...20)).items
            #expect(Set(page.map(\.paymentID)).count == page.count)
            _ = model.position
          }
          return []
        }
      }
      group.addTask {
        log.flatMap { event in
          defer { model.publish(at: Position([event.topicPartition: event.offset])) }
          return model.apply([event]).map(\.record)
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(found == expected)
    #expect(model.checksum() == quiet.checksum())
    #expect(model.position == Position([TopicPartition(topic: "payments", partition: 0): Offset(rawValue: 400)]))
  }
}
