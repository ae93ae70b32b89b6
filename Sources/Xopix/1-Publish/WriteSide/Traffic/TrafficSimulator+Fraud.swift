internal import ByteCoding
internal import JSONBytes
internal import ShopEvents

/// Thieves: bursts of small payments that try out cards, one stolen card used again and again, and single dear orders
/// with a card from elsewhere. What they did comes out later.
extension TrafficSimulator {
  /// How a thief goes about it.
  public enum Attack: Sendable, CaseIterable {
    /// One device and address try many cards with small amounts, a few seconds apart.
    case cardTesting
    /// One card pays for several orders within minutes.
    case stolenCard
    /// One dear order, its card from another country than its buyer.
    case foreignCard
  }

  // By the shares and lengths below, an attack makes about this many payments.
  private static let paymentsInAttack = 0.4 * 10 + 0.35 * 6 + 0.25

  /// Lets a thief begin with the given attack at the present moment of the simulation.
  public mutating func begin(_ attack: Attack) {
    guard !products.isEmpty else { return }
    counters.thieves += 1
    let means = Shopper.thiefsMeans(number: counters.thieves, random: &random)
    switch attack {
    case .cardTesting: plan(.cardTest(means, left: random.within(6...14)), in: 1...30)
    case .stolenCard: plan(.stolenCardOrder(means, left: random.within(4...8)), in: 1...30)
    case .foreignCard: plan(.stolenCardOrder(means, left: 1), in: 1...30)
    }
  }

  /// After an honest order, begins an attack as often as makes the configured share of all payments fraud.
  mutating func considerTheft() {
    let share = min(0.9, max(0, configuration.fraudShare))
    guard random.chance(share / (1 - share) / Self.paymentsInAttack) else { return }
    let draw = random.fraction()
    begin(draw < 0.4 ? .cardTesting : draw < 0.75 ? .stolenCard : .foreignCard)
  }

  mutating func testCard(_ means: Shopper.PaymentMeans, left: Int) {
    var means = means
    means.card = Shopper.card(&random)
    counters.payments += 1
    let paymentID = "PAY-\(1_000_000 + counters.payments)"
    let amount = Money(rawValue: Int64(random.within(50...499)) * 100)
    let refusal = random.chance(0.75) ? ("do_not_honour", "05") : nil
    emitPayment(paymentID, orderID: nil, amount: amount, means: means, refusal: refusal)
    planLabel(paymentID, means: means)
    if left > 1 { plan(.cardTest(means, left: left - 1), in: 1...5) }
  }

  mutating func orderWithStolenCard(_ means: Shopper.PaymentMeans, left: Int) {
    // The dearest of a few random products that are there.
    let choice = (0..<8).map { _ in random.below(products.count) }.filter { available[$0] > 1 }
    if let product = choice.max(by: { (prices[$0], $0) < (prices[$1], $1) }) {
      place([(product, random.within(1...2))], buyer: means, coupon: nil, channel: "web")
    }
    if left > 1 { plan(.stolenCardOrder(means, left: left - 1), in: 20...120) }
  }

  /// Nine in ten frauds come out, within minutes so that a demo sees it.
  mutating func planLabel(_ paymentID: String, means: Shopper.PaymentMeans) {
    guard random.chance(0.9) else { return }
    plan(.label(paymentID: paymentID, userID: means.userID, isFraud: true), in: 600...5400)
  }

  mutating func label(_ paymentID: String, userID: String?, isFraud: Bool) {
    emit("payments", "FraudLabelled", key: paymentID, source: "/payment-service") { writer in
      writer.member("payment_id", paymentID)
      writer.member("label", isFraud)
    }
    if isFraud, let userID, random.chance(0.2) {
      emit("admin", "UserBlocked", key: userID, source: "/admin-service") { writer in
        writer.member("user_id", userID)
        writer.member("actor", "fraud-desk")
        writer.member("reason", "stolen card")
      }
    }
  }
}
