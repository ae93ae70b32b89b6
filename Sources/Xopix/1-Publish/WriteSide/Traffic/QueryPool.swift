/// What shoppers type: queries made from titles' words, asked as often as Zipf's law says.
struct QueryPool: Sendable {
  /// A query and a product that answers it.
  struct Query: Sendable {
    let text: String
    let product: Int
  }

  private let english: [Query]
  private let arabic: [Query]
  private let englishRanks: ZipfSampler
  private let arabicRanks: ZipfSampler?

  private static let mostQueries = 4000
  private static let arabicShare = 0.1
  private static let misspeltShare = 0.06
  private static let unanswerableShare = 0.03

  /// Queries for products, which must not be empty; `popularity` draws the product that a query is made for.
  init(products: [TrafficCatalogue.Product], popularity: ZipfSampler, seed: UInt64) {
    var random = RandomSource(seed: seed, stream: 0x9e1)
    var english: [Query] = []
    var arabic: [Query] = []
    for _ in 0..<min(Self.mostQueries, max(40, products.count * 4)) {
      let index = popularity.sample(&random)
      if let text = Self.query(from: products[index].title, random: &random) {
        english.append(Query(text: text, product: index))
      }
      if let title = products[index].arabicTitle, let text = Self.query(from: title, random: &random) {
        arabic.append(Query(text: text, product: index))
      }
    }
    if english.isEmpty { english = [Query(text: products[0].id, product: 0)] }
    self.english = english
    self.arabic = arabic
    englishRanks = ZipfSampler(count: english.count, exponent: 0.95)
    arabicRanks = arabic.isEmpty ? nil : ZipfSampler(count: arabic.count, exponent: 0.95)
  }

  /// A query; nil for its product where nothing answers it.
  func sample(_ random: inout RandomSource) -> (text: String, product: Int?) {
    if random.chance(Self.unanswerableShare) {
      return (Wording.inventedWord(5_000_000 + random.below(1000)) + " " + Wording.inventedWord(7_000_000), nil)
    }
    if let arabicRanks, random.chance(Self.arabicShare) {
      let query = arabic[arabicRanks.sample(&random)]
      return (query.text, query.product)
    }
    let query = english[englishRanks.sample(&random)]
    if random.chance(Self.misspeltShare) { return (Self.misspelt(query.text, random: &random), query.product) }
    return (query.text, query.product)
  }

  /// One to three neighbouring words of a title; words with digits, as model numbers have them, are seldom typed.
  private static func query(from title: String, random: inout RandomSource) -> String? {
    let words = title.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { $0.count > 1 }
    let typed = random.chance(0.1) ? words : words.filter { word in !word.contains(where: \.isNumber) }
    guard !typed.isEmpty else { return nil }
    let length = min(typed.count, random.pick([1, 2, 2, 2, 3]))
    let first = random.below(typed.count - length + 1)
    return typed[first..<first + length].joined(separator: " ")
  }

  /// The text with one slip of the finger: a letter left out, doubled, swapped with the next, or another in its place.
  static func misspelt(_ text: String, random: inout RandomSource) -> String {
    var letters = Array(text)
    let places = letters.indices.filter { letters[$0] != " " }
    guard places.count > 3 else { return text }
    let place = random.pick(places)
    switch random.below(4) {
    case 0: letters.remove(at: place)
    case 1: letters.insert(letters[place], at: place)
    case 2 where place + 1 < letters.count && letters[place + 1] != " ": letters.swapAt(place, place + 1)
    default: letters[place] = random.pick(Array("abcdefghijklmnopqrstuvwxyz"))
    }
    return String(letters)
  }
}
