internal import ByteCoding
internal import Scoring
internal import ShopEvents

/// The fields of a payment that features may name, and a payment as an observation.
enum PaymentFields {
  static let names = ["payment", "card", "device", "ip", "user", "terminal", "card_country", "ip_country"]

  static func observation(of payment: PaymentChange, at time: Timestamp) -> Observation {
    Observation(
      time: time, amount: payment.amount?.rawValue, currency: payment.currency, isFailed: payment.kind == .failed,
      fields: [
        payment.paymentID, payment.card, payment.device, payment.ip, payment.userID, payment.terminal,
        payment.cardCountry?.uppercased(), payment.ipCountry?.uppercased(),
      ])
  }
}
