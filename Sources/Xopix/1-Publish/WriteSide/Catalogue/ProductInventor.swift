internal import ByteCoding
internal import ShopEvents

/// Makes up products: product `index` depends on the seed and on `index` alone.
struct ProductInventor: Sendable {
  private let seed: UInt64
  private let count: Int
  private let start: Timestamp
  private let categories = ZipfSampler(count: GoodsCategory.all.count, exponent: 0.6)
  private let brands: ZipfSampler
  private let adjectives = ZipfSampler(count: Wording.adjectives.count, exponent: 0.8)
  private let colours = ZipfSampler(count: Wording.colours.count, exponent: 0.8)
  private let features = ZipfSampler(count: Wording.features.count, exponent: 0.7)
  private let series: ZipfSampler

  /// The share of products with Arabic texts.
  private static let arabicShare = 0.3
  private static let microsecondsPerMinute: Int64 = 60_000_000
  private static let minutesInTwoYears = 2 * 365 * 24 * 60

  /// An inventor of a catalogue of `count` products, the youngest of which were created at `start`.
  init(seed: UInt64, count: Int, start: Timestamp) {
    self.seed = seed
    self.count = count
    self.start = start
    // A larger catalogue has more brands and more rare words, as real ones have.
    brands = ZipfSampler(count: min(4000, Wording.brands.count + count / 250), exponent: 0.9)
    series = ZipfSampler(count: min(60_000, 500 + count / 10), exponent: 1.05)
  }

  /// The product of an index from 0 on.
  func product(at index: Int) -> ProductDraft {
    var random = RandomSource(seed: seed, stream: UInt64(index) &+ 1)
    let category = GoodsCategory.all[categories.sample(&random)]
    let noun = random.pick(category.nouns)
    let adjective = random.chance(0.7) ? Wording.adjectives[adjectives.sample(&random)] : nil
    let colour = category.traits.contains(.colour) ? Wording.colours[colours.sample(&random)] : nil
    let material = category.traits.contains(.material) ? random.pick(Wording.materials) : nil
    let line = series.sample(&random)

    var draft = ProductDraft()
    draft.productID = Self.productID(at: index)
    draft.brand = brandName(brands.sample(&random))
    draft.categories = category.path
    let model = modelNumber(&random)
    let seriesName = Wording.inventedName(line)
    draft.title = [
      draft.brand, seriesName, adjective?.english, random.chance(0.5) ? material?.english : nil, noun.english, model,
      random.chance(0.6) ? colour?.english : nil,
    ].compactMap(\.self).joined(separator: " ")
    let use = random.pick(Wording.uses)
    draft.description = describe(
      noun: noun, seriesName: seriesName, material: material, colour: colour, use: use, random: &random)
    price(of: category, into: &draft, random: &random)
    attributes(of: category, colour: colour, material: material, into: &draft, random: &random)
    standing(of: index, into: &draft, random: &random)
    draft.attributes.append(("series", .text(seriesName)))
    draft.attributes.append(("model", .text(model)))
    draft.tags = [use.english] + (random.chance(0.2) ? ["new"] : []) + (draft.listPrice != nil ? ["sale"] : [])
    if random.chance(Self.arabicShare) {
      let adjectiveText = adjective.map { noun.isFeminine ? $0.feminine : $0.masculine }
      draft.arabicTitle = [
        noun.arabic, adjectiveText, material.map { "من \($0.arabic)" }, "من \(draft.brand)", model,
        colour.map { "بلون \($0.arabic)" },
      ].compactMap(\.self).joined(separator: " ")
      draft.arabicDescription =
        "\(noun.arabic) \(adjectiveText ?? "") من \(draft.brand)، اختيار مناسب لـ\(use.arabic)، مع ضمان لمدة سنتين."
    }
    return draft
  }

  /// How many pieces of product `index` there are at the beginning: none of one in thirteen.
  static func initialStock(seed: UInt64, index: Int) -> Int {
    var random = RandomSource(seed: seed ^ 0x570C, stream: UInt64(index) &+ 1)
    if random.chance(1.0 / 13) { return 0 }
    return min(5000, 1 + Int(random.logNormal(median: 60, sigma: 1)))
  }

  static func productID(at index: Int) -> String {
    let digits = String(index + 1)
    return "XP-" + String(repeating: "0", count: max(0, 7 - digits.count)) + digits
  }

  private func brandName(_ rank: Int) -> String {
    // Invented names of brands come from far behind the words of descriptions.
    rank < Wording.brands.count ? Wording.brands[rank] : Wording.inventedName(1_000_000 + rank)
  }

  /// Two letters, two to four digits, perhaps a suffix: "KT-2140", "VX310-B".
  private func modelNumber(_ random: inout RandomSource) -> String {
    let letters = Array("ABCDEFGHKLMNPRSTVXZ")
    let head = String(random.pick(letters)) + String(random.pick(letters))
    let number = String(random.within(10...9999))
    return head + (random.chance(0.5) ? "-" : "") + number
      + (random.chance(0.2) ? "-" + String(random.pick(letters)) : "")
  }

  private func describe(
    noun: GoodsCategory.Noun, seriesName: String, material: Wording.Pair?, colour: Wording.Pair?, use: Wording.Pair,
    random: inout RandomSource
  ) -> String {
    let name = noun.english.lowercased()
    var text = "\(random.pick(Wording.openings)) \(use.english), this \(name) of the \(seriesName) line comes with "
    text += "\(Wording.features[features.sample(&random)]) and \(Wording.features[features.sample(&random)])."
    if let material { text += " Its \(material.english.lowercased()) parts are chosen to last." }
    if let colour, random.chance(0.5) { text += " Shown in \(colour.english.lowercased()); other colours on request." }
    text += " Goes well with \(Wording.inventedName(series.sample(&random)))"
    for _ in 0..<random.within(1...3) { text += ", \(Wording.inventedName(series.sample(&random)))" }
    return text + " and everything else of its kind."
  }

  private func price(of category: GoodsCategory, into draft: inout ProductDraft, random: inout RandomSource) {
    let units = random.logNormal(median: category.medianPrice, sigma: category.priceSpread)
    let whole = Int64(min(99_999, max(1, units.rounded())))
    let cents: Int64 = random.chance(0.7) ? 99 : random.chance(0.5) ? 50 : 0
    draft.price = Money(rawValue: (whole * 100 + cents) * 100)
    if random.chance(0.25) {
      let higher = whole + whole * Int64(random.within(5...60)) / 100 + 1
      draft.listPrice = Money(rawValue: (higher * 100 + 99) * 100)
    }
  }

  private func attributes(
    of category: GoodsCategory, colour: Wording.Pair?, material: Wording.Pair?, into draft: inout ProductDraft,
    random: inout RandomSource
  ) {
    if let colour { draft.attributes.append(("color", .text(colour.english))) }
    if let material { draft.attributes.append(("material", .text(material.english))) }
    // In a fixed order: a set's own order differs from run to run.
    let traits: [GoodsCategory.Trait] = [
      .clothingSize, .litres, .storage, .diagonal, .watts, .weight, .pieces, .age, .wireless,
    ]
    for trait in traits where category.traits.contains(trait) {
      switch trait {
      case .clothingSize:
        let sizes = Wording.clothingSizes.prefix(random.within(2...6))
        draft.attributes.append(("sizes", .list(Array(sizes))))
      case .litres: draft.attributes.append(("volume_ml", .number(random.within(2...60) * 50)))
      case .storage: draft.attributes.append(("storage", .text(random.pick(Wording.storageSizes))))
      case .diagonal: draft.attributes.append(("diagonal_inches", .number(random.within(5...75))))
      case .watts: draft.attributes.append(("power_watts", .number(random.within(1...60) * 25)))
      case .weight: draft.attributes.append(("weight_g", .number(random.within(1...400) * 50)))
      case .pieces: draft.attributes.append(("pieces", .number(random.pick([1, 2, 3, 4, 6, 8, 10, 12, 24, 48]))))
      case .age: draft.attributes.append(("age", .text(random.pick(Wording.ageGroups))))
      case .wireless: draft.attributes.append(("wireless", .flag(random.chance(0.6))))
      case .colour, .material: break
      }
    }
  }

  /// Ratings, reviews, popularity, bar code, seller and age.
  private func standing(of index: Int, into draft: inout ProductDraft, random: inout RandomSource) {
    // A place in the order of popularity, drawn for each product alone; the curve is Zipf's.
    let place = 1 + random.fraction() * Double(count)
    draft.popularity = Int(1_000_000 / PortableMath.power(place, 0.8))
    draft.reviewCount = Int(random.logNormal(median: 4000 / PortableMath.power(place, 0.5), sigma: 0.8))
    if draft.reviewCount > 0 { draft.ratingTenths = min(50, max(10, Int((42 + 4.5 * random.normal()).rounded()))) }
    draft.gtin = Self.gtin(random.below(1_000_000_000))
    draft.seller = random.pick(Wording.sellers)
    let minutesAgo = random.below(Self.minutesInTwoYears)
    draft.createdAt = Timestamp(rawValue: start.rawValue - Int64(minutesAgo) * Self.microsecondsPerMinute)
  }

  /// A bar code of the range that shops number for themselves (prefix 20), with its check digit.
  private static func gtin(_ number: Int) -> String {
    let digits = String(number)
    let body = "20" + String(repeating: "0", count: 10 - digits.count) + digits
    var sum = 0
    for (place, digit) in body.utf8.enumerated() { sum += Int(digit - UInt8(ascii: "0")) * (place % 2 == 0 ? 1 : 3) }
    return body + String((10 - sum % 10) % 10)
  }
}
