import FraudModel
import Scoring
import ShopEvents
import Testing

@Suite("The built-in rules")
struct BuiltInRuleTests {
  /// What happens before a payment that makes a rule fire.
  struct Scenario: Sendable, CustomTestStringConvertible {
    let rule: String
    /// The payments before the one that is asked about, with their seconds.
    let before: [(Int64, Payment)]
    let asked: (Int64, Payment)
    /// Ids of payments that are labelled as fraud before the one that is asked about.
    var labelled: [String] = []
    var testDescription: String { rule }

    init(
      _ rule: String, _ before: [(Int64, Payment)], _ seconds: Int64, _ asked: Payment = Payment(),
      labelled: [String] = []
    ) {
      self.rule = rule
      self.before = before
      self.asked = (seconds, asked)
      self.labelled = labelled
    }

    func run(dropping count: Int = 0) throws -> Assessment {
      let folder = try TemporaryFolder()
      let model = try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
      for (offset, (seconds, payment)) in before.dropLast(count).enumerated() {
        try model.decide(payment, at: seconds, offset: Int64(offset))
      }
      for (place, id) in labelled.dropLast(count).enumerated() {
        let label = FraudLabel(paymentID: id, isFraud: true)
        _ = model.apply([event(.fraudLabel(label), at: asked.0, offset: 500 + Int64(place))])
      }
      return try model.decide(asked.1, at: asked.0, offset: 1000)
    }
  }

  /// Payments that differ in one thing, so many seconds apart.
  static func series(_ count: Int64, every seconds: Int64, _ change: (Int64, inout Payment) -> Void) -> [(
    Int64, Payment
  )] {
    (0..<count).map { index in
      var payment = Payment(device: nil, user: nil)
      change(index, &payment)
      return (index * seconds, payment)
    }
  }

  static let failed = Payment(kind: .failed)

  static let scenarios: [Scenario] = [
    Scenario("card-labelled-fraud", [(0, Payment())], 90_000, labelled: ["p0"]),
    Scenario("card-velocity-10m", series(3, every: 60) { _, _ in }, 400),
    Scenario("card-velocity-1h", series(5, every: 650) { _, _ in }, 3500),
    Scenario("card-velocity-24h", series(11, every: 7000) { _, _ in }, 80_000),
    Scenario("card-failures-1h", series(2, every: 1000) { $1.kind = .failed }, 3500),
    Scenario("card-addresses-24h", series(4, every: 10_000) { $1.ip = "198.51.100.\($0)" }, 80_000),
    Scenario("card-amount-unusual", series(3, every: 100_000) { _, _ in }, 400_000, Payment(amount: 201)),
    Scenario("country-mismatch", [], 0, Payment(ipCountry: "us")),
    Scenario(
      "device-many-cards",
      series(3, every: 10_000) {
        $1.card = "card-\($0)"
        $1.device = "device-of-ann"
      }, 80_000),
    Scenario(
      "device-failures-1h",
      series(3, every: 1000) {
        $1 = Self.failed
        $1.card = "card-\($0)"
      }, 3500),
    Scenario("address-many-cards", series(6, every: 500) { $1.card = "card-\($0)" }, 3500),
    Scenario(
      "customer-velocity-1h",
      series(6, every: 500) {
        $1.card = "card-\($0)"
        $1.user = "ann"
      }, 3500),
    Scenario(
      "new-device-high-amount",
      series(3, every: 100_000) {
        $1.user = "ann"
        $1.device = "device-of-ann"
      }, 400_000, Payment(amount: 151, device: "another")),
  ]

  @Test("each fires in its scenario", arguments: scenarios)
  func fires(_ scenario: Scenario) throws {
    let found = try scenario.run()
    #expect(found.rules.contains(scenario.rule), "\(found.rules)")
    #expect(found.reasons.contains { $0.code == scenario.rule })
    #expect(found.score > 0)
  }

  @Test("each stays silent where one thing less had happened", arguments: scenarios)
  func staysSilent(_ scenario: Scenario) throws {
    var less = scenario
    if scenario.before.isEmpty {
      less = Scenario(scenario.rule, [], 0, Payment(cardCountry: "us", ipCountry: "US"))
    }
    #expect(try !less.run(dropping: 1).rules.contains(scenario.rule))
  }

  @Test("there is a scenario for every rule")
  func coverage() throws {
    #expect(Set(Self.scenarios.map(\.rule)) == Set(try BuiltIn.definition().rules.map(\.id)))
  }

  @Test("a customer who buys now and then, from home and from work, is left alone")
  func normal() throws {
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
    var generator = SeededGenerator(seed: 4)
    for offset in 0..<200 as Range<Int64> {
      let customer = offset % 5
      var payment = Payment(
        kind: offset % 40 == 0 ? .failed : .processed, amount: Int64(generator.number(40...90)),
        card: "card-\(customer)", device: "device-\(customer)", user: "user-\(customer)")
      payment.ip = "198.51.100.\(customer * 2 + offset / 5 % 2)"
      let found = try model.decide(payment, at: offset * 5000, offset: offset)
      #expect(found.rules.isEmpty && found.score == 0 && found.decision == .allow, "\(offset): \(found.rules)")
    }
    #expect(model.allDecisions(.allow).count == 200)
  }

  @Test("card testing on one device ends in blocking")
  func cardTesting() throws {
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
    var decisions: [Decision] = []
    for offset in 0..<12 as Range<Int64> {
      var payment = Self.failed
      payment.card = "stolen-\(offset)"
      payment.amount = 1
      decisions.append(try model.decide(payment, at: offset * 20, offset: offset).decision)
    }
    #expect(decisions.first == .allow)
    #expect(decisions.suffix(4).allSatisfy { $0 == .block })
    #expect(decisions == decisions.sorted())
  }
}
