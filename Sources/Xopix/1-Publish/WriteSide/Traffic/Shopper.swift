/// A person who may buy: everything about one follows from the seed and the person's number.
struct Shopper: Sendable {
  /// Who pays, from where and with what.
  struct PaymentMeans: Sendable {
    var userID: String?
    var country: String
    var method: String
    var provider: String
    var card: String
    var cardCountry: String
    var ip: String
    var ipCountry: String
    var device: String
    /// Whether this is somebody else's card.
    var isFraud = false
  }

  let number: Int
  let userID: String
  let country: String
  let locale: String
  let segment: String
  private let seed: UInt64

  private static let countries = [
    "SA", "SA", "SA", "SA", "AE", "AE", "AE", "EG", "EG", "KW", "JO", "QA", "US", "US", "GB", "DE", "FR",
  ]
  private static let arabicCountries: Set<String> = ["SA", "AE", "EG", "KW", "JO", "QA"]
  private static let segments = ["new", "regular", "regular", "loyal", "business"]

  /// The person of a number from 0 on.
  init(number: Int, seed: UInt64) {
    var random = RandomSource(seed: seed ^ 0x5409, stream: UInt64(number) &+ 1)
    self.number = number
    self.seed = seed
    userID = "U-\(100_000 + number)"
    country = random.pick(Self.countries)
    let speaksArabic = Self.arabicCountries.contains(country) && random.chance(0.6)
    locale = (speaksArabic ? "ar-" : "en-") + country
    segment = random.pick(Self.segments)
  }

  /// How this person pays on one occasion: most use one card and one device, some have two.
  func paymentMeans(isGuest: Bool, random: inout RandomSource) -> PaymentMeans {
    var own = RandomSource(seed: seed ^ 0xCA4D, stream: UInt64(number) &+ 1)
    let cards = [Self.card(&own), Self.card(&own)]
    let devices = [Self.device(&own), Self.device(&own)]
    let address = Self.address(&own)
    // A traveller pays from abroad now and then, which is no fraud.
    let isAbroad = random.chance(0.02)
    return PaymentMeans(
      userID: isGuest ? nil : userID, country: country, method: random.chance(0.85) ? "card" : "wallet",
      provider: Self.provider(in: country), card: cards[random.chance(0.15) ? 1 : 0], cardCountry: country,
      ip: isAbroad ? Self.address(&random) : address,
      ipCountry: isAbroad ? random.pick(Self.countries) : country, device: devices[random.chance(0.2) ? 1 : 0])
  }

  /// A thief's: another country's card, and a device and an address that nobody else has.
  static func thiefsMeans(number: Int, random: inout RandomSource) -> PaymentMeans {
    let country = random.pick(countries)
    let others = ["BR", "ID", "NG", "RO", "UA", "VN", "CA", "AU"]
    return PaymentMeans(
      userID: "U-\(9_000_000 + number)", country: country, method: "card", provider: provider(in: country),
      card: card(&random), cardCountry: random.pick(others), ip: address(&random), ipCountry: random.pick(others),
      device: device(&random), isFraud: true)
  }

  private static func provider(in country: String) -> String {
    arabicCountries.contains(country) ? "hyperpay" : "stripe"
  }

  /// An opaque token of a card: never a number that could be one.
  static func card(_ random: inout RandomSource) -> String { "tok_" + hexadecimal(&random, digits: 12) }

  static func device(_ random: inout RandomSource) -> String { "dev_" + hexadecimal(&random, digits: 10) }

  /// An address of the range that is nobody's on the open net (RFC 6598).
  private static func address(_ random: inout RandomSource) -> String {
    "100.\(random.within(64...127)).\(random.below(256)).\(random.within(1...254))"
  }

  static func hexadecimal(_ random: inout RandomSource, digits: Int) -> String {
    let text = String(random.next(), radix: 16)
    return (String(repeating: "0", count: 16 - text.count) + text).suffix(digits).description
  }
}
