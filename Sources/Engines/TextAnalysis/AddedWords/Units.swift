/// The names of units of measure that are recognised behind a number, each with the one that stands for all its like.
///
/// Only names that are written here count, folded as words are. There is no conversion: `1000 ml` is not `1 l`.
struct Unit: Sendable, Hashable {
  /// The name that stands for all.
  let canonical: [UInt8]
  /// Whether this name is also a word or a letter of its own, as `in` is: apart from its number it may mean something else.
  let isWord: Bool

  /// For each unit its name in the index, then the others; those before the bar are words or letters of their own.
  private static let names = [
    // Lengths
    "in in| inch inches ins بوصه بوصات انش انشات zoll pouce pouces pulgada pulgadas pollici polegadas",
    "mm | mm millimeter millimeters millimetre millimetres مم ملم مليمتر ملليمتر ميليمتر",
    "cm | cm cms centimeter centimeters centimetre centimetres سم سنتيمتر سنتمتر سانتيمتر",
    "m م| m meter meters metre metres متر امتار",
    "km كم| km kms kilometer kilometers kilometre kilometres كيلومتر",
    "ft foot feet| ft قدم اقدام", "yd yard yards| yd yds يارده",
    // Weights
    "mg | mg milligram milligrams ملجم مجم ملغم ملغ ميليجرام ملليجرام",
    "g غ| g جم غم gr gm gms gram grams gramme grammes gramm جرام غرام جرامات غرامات",
    "kg kilo kilos كيلو| kg kgs kilogram kilograms kilogramme kilogrammes كجم كغم كغ كيلوجرام كيلوغرام كيلوجرامات كيلوغرامات",
    "lb pound pounds| lb lbs رطل", "oz | oz ounce ounces اونصه اوقيه",
    // Volumes
    "ml | مل ملي مللي ml mls milliliter milliliters millilitre millilitres ملل مليلتر ملليلتر ميليلتر",
    "cl | cl centiliter centilitre", "dl | dl deciliter decilitre",
    "l ل| l lt ltr ltrs liter liters litre litres لتر ليتر لترات",
    "gal | gal gallon gallons جالون غالون",
    // Amounts of data
    "kb | kb kilobyte kilobytes كيلوبايت", "mb | mb megabyte megabytes ميجابايت ميغابايت",
    "gb gig gigs جيجا غيغا قيقا| gb gigabyte gigabytes جيجابايت غيغابايت قيقابايت",
    "tb تيرا| tb terabyte terabytes تيرابايت", "mbps | mbps", "gbps | gbps",
    // Electricity, light and sound
    "v | v volt volts فولت فولط", "mv | mv", "kv | kv", "w | w watt watts واط وات",
    "kw | kw kilowatt kilowatts كيلوواط كيلووات",
    "kwh | kwh", "wh | wh", "mah | mah", "ah | ah", "a a| amp amps ampere amperes امبير",
    "ma | ma milliamp milliamps",
    "va | va", "ohm | ohm ohms ω اوم", "hz | hz hertz هرتز", "khz | khz كيلوهرتز", "mhz | mhz ميجاهرتز ميغاهرتز",
    "ghz | ghz جيجاهرتز غيغاهرتز", "db | db decibel decibels ديسيبل", "lm | lm lumen lumens لومن", "k | k kelvin كلفن",
    // Images and machines
    "mp | mp mpx mpix megapixel megapixels ميجابكسل ميغابكسل", "px | px pixel pixels بكسل", "dpi | dpi", "rpm | rpm",
    "psi | psi", "bar bar| bars بار", "hp hp| horsepower حصان", "btu | btu", "core core cores| ",
    // Times
    "sec second seconds| sec secs ثانيه ثواني", "min min| mins minute minutes دقيقه دقايق",
    "h ساعه ساعات| h hr hrs hour hours", "day day days يوم ايام| ", "week week weeks اسبوع اسابيع| ",
    "month month months شهر اشهر شهور| ", "year year years yr yrs سنه سنوات عام اعوام| ",
    // Counts
    "pcs piece pieces قطعه قطع| pc pcs", "pack pack packs عبوه عبوات| pk", "percent percent| pct",
  ]

  /// A unit by its name.
  private struct Entry: Sendable {
    let name: [UInt8]
    let unit: Unit
  }

  private static let entries = names.flatMap { line -> [Entry] in
    let halves = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.split(separator: " ") }
    let canonical = Array((halves[0].first ?? "").utf8)
    return halves.enumerated().flatMap { half, names in
      (half == 0 ? names.dropFirst() : names[...]).map {
        Entry(name: Array($0.utf8), unit: Unit(canonical: canonical, isWord: half == 0))
      }
    }
  }

  /// For each hash the number of an entry, −1 for none; entries of the same hash follow each other.
  private static let slots = {
    var slots = Array(repeating: Int16(-1), count: 1024)
    for (number, entry) in entries.enumerated() {
      var slot = hash(entry.name[...])
      while slots[slot] >= 0 { slot = (slot + 1) % slots.count }
      slots[slot] = Int16(number)
    }
    return slots
  }()

  private static func hash(_ name: ArraySlice<UInt8>) -> Int {
    var hash: UInt32 = 0x811c_9dc5
    for byte in name { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return Int((hash ^ hash >> 15) & 1023)
  }

  /// All units by their names, and names that stand for two; for tests.
  static var all: [Unit] { entries.map(\.unit) }
  static var repeatedNames: [String] {
    Dictionary(grouping: entries, by: \.name).filter { $1.count > 1 }.map { String(decoding: $0.key, as: UTF8.self) }
  }

  /// The longest name in bytes.
  private static let longest = entries.map(\.name.count).max() ?? 0

  /// The unit that a folded word names; nil where it names none.
  static func named(_ word: ArraySlice<UInt8>) -> Unit? {
    guard !word.isEmpty, word.count <= longest else { return nil }
    var slot = hash(word)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.name.elementsEqual(word) { return entry.unit }
      slot = (slot + 1) % slots.count
    }
    return nil
  }

  /// The unit whose sign stands at `at`, and the place behind it: `"` and its like are inches, `%` is a percentage.
  static func sign(in text: Span<UInt8>, at: Int) -> (unit: Unit, end: Int)? {
    func isThere(_ bytes: UInt8...) -> Bool {
      at + bytes.count <= text.count && bytes.indices.allSatisfy { text[at + $0] == bytes[$0] }
    }
    if isThere(0x22) { return (inch, at + 1) }
    if isThere(0x27, 0x27) { return (inch, at + 2) }
    if isThere(0xE2, 0x80, 0xB3) || isThere(0xE2, 0x80, 0x9D) { return (inch, at + 3) }  // ″ and ”
    if isThere(0x25) { return (percent, at + 1) }
    if isThere(0xD9, 0xAA) { return (percent, at + 2) }  // ٪
    if isThere(0x20, 0x25) { return (percent, at + 2) }
    return nil
  }

  private static let inch = Unit(canonical: Array("in".utf8), isWord: false)
  private static let percent = Unit(canonical: Array("percent".utf8), isWord: false)
}
