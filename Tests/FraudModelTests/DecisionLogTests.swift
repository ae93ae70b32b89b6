import ByteCoding
import Scoring
import ShopEvents
import Testing

@testable import FraudModel

@Suite("The latest decisions")
struct DecisionLogTests {
  static func decision(_ id: String, score: Double = 0) -> ScoredPayment {
    ScoredPayment(
      paymentID: id, time: Timestamp(rawValue: 5), amount: nil, currency: nil,
      assessment: Assessment(score: score, decision: .review, reasons: [], rules: ["r"], model: "m"))
  }

  @Test("ten thousand are kept, the oldest dropped, and a restored log is the same")
  func bounds() throws {
    var log = DecisionLog()
    var journal: [(key: [UInt8], value: [UInt8]?)] = []
    for number in 1...DecisionLog.most + 300 {
      log.append(Self.decision("p\(number)"))
      #expect(log.count == min(number, DecisionLog.most))
      if number % 4001 == 0 {
        journal += log.changes()
        log.forgetChanges()
      }
    }
    journal += log.changes()
    #expect(log.decision(about: "p300") == nil)
    #expect(log.decision(about: "p301")?.paymentID == "p301")
    #expect(log.latest(1_000_000, before: nil) { _ in true }.map(\.0) == Array((301...10_300).reversed()))
    var restored = DecisionLog()
    for change in journal { try restored.restore(key: change.key, value: change.value) }
    #expect(restored.count == log.count && restored.next == log.next)
    #expect(restored.all().map(\.key) == log.all().map(\.key))
    #expect(restored.all().map(\.value) == log.all().map(\.value))
    #expect(restored.decision(about: "p300") == nil && restored.decision(about: "p10300") != nil)
  }

  @Test("of decisions about one payment the latest counts, also when the older one is dropped, and after a restart")
  func repeated() throws {
    var log = DecisionLog()
    log.append(Self.decision("same", score: 0.25))
    for number in 0..<DecisionLog.most - 1 { log.append(Self.decision("p\(number)")) }
    log.append(Self.decision("same", score: 0.5))
    #expect(log.count == DecisionLog.most)
    #expect(log.decision(about: "same")?.assessment.score == 0.5)
    var restored = DecisionLog()
    for change in log.all() { try restored.restore(key: change.key, value: change.value) }
    #expect(restored.decision(about: "same")?.assessment.score == 0.5)
  }

  @Test("bytes that were cut are refused, changed ones refused or read, never a trap")
  func hostile() throws {
    var log = DecisionLog()
    log.append(
      ScoredPayment(
        paymentID: "p", time: Timestamp(rawValue: -3), amount: .zero, currency: "EUR",
        assessment: Assessment(
          score: 0.5, decision: .block,
          reasons: [.init(code: "c", detail: "d", value: 1, baseline: 2, contribution: 0.5)], rules: ["r", "s"],
          model: "m")))
    let (key, value) = try #require(log.all().first)
    let bytes = try #require(value)
    var restored = DecisionLog()
    try restored.restore(key: key, value: bytes)
    #expect(restored.decision(about: "p") == log.decision(about: "p"))
    for count in 0..<bytes.count {
      #expect(throws: ByteReaderError.self) { try restored.restore(key: key, value: Array(bytes.prefix(count))) }
    }
    var generator = SeededGenerator(seed: 3)
    var refused = 0
    for _ in 0..<500 {
      var damaged = bytes
      damaged[generator.number(0...bytes.count - 1)] = UInt8(generator.number(0...255))
      do throws(ByteReaderError) {
        try restored.restore(key: key, value: damaged)
      } catch {
        refused += 1
      }
    }
    #expect((1..<500).contains(refused))
    for count in 0..<key.count {
      #expect(throws: ByteReaderError.self) { try restored.restore(key: Array(key.prefix(count)), value: nil) }
    }
  }
}
