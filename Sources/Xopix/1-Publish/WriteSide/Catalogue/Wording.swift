/// The words that titles and descriptions are made of, the most frequent first.
enum Wording {
  /// A word in English and in both Arabic genders.
  struct Adjective: Sendable {
    let english: String
    let masculine: String
    let feminine: String
  }

  /// A name in English and Arabic.
  struct Pair: Sendable {
    let english: String
    let arabic: String
  }

  static let adjectives: [Adjective] = [
    "Compact=مدمج=مدمجة", "Premium=فاخر=فاخرة", "Classic=كلاسيكي=كلاسيكية", "Lightweight=خفيف=خفيفة",
    "Portable=محمول=محمولة", "Modern=عصري=عصرية", "Durable=متين=متينة", "Professional=احترافي=احترافية",
    "Quiet=هادئ=هادئة", "Fast=سريع=سريعة", "Elegant=أنيق=أنيقة", "Smart=ذكي=ذكية", "Foldable=قابل للطي=قابلة للطي",
    "Waterproof=مقاوم للماء=مقاومة للماء", "Handmade=مصنوع يدويا=مصنوعة يدويا", "Slim=نحيف=نحيفة",
    "Ergonomic=مريح=مريحة", "Organic=عضوي=عضوية", "Rugged=صلب=صلبة", "Vintage=عتيق=عتيقة", "Soft=ناعم=ناعمة",
    "Deluxe=راق=راقية",
  ].map { entry in
    let words = entry.split(separator: "=").map(String.init)
    return Adjective(english: words[0], masculine: words[1], feminine: words[2])
  }

  static let colours = pairs(
    "Black=أسود", "White=أبيض", "Blue=أزرق", "Grey=رمادي", "Red=أحمر", "Silver=فضي", "Green=أخضر", "Pink=وردي",
    "Beige=بيج",
    "Gold=ذهبي", "Brown=بني", "Purple=بنفسجي", "Turquoise=فيروزي", "Orange=برتقالي", "Yellow=أصفر", "Navy=كحلي")

  static let materials = pairs(
    "Stainless Steel=الفولاذ المقاوم للصدأ", "Cotton=القطن", "Leather=الجلد", "Aluminium=الألمنيوم", "Glass=الزجاج",
    "Bamboo=الخيزران", "Silicone=السيليكون", "Ceramic=السيراميك", "Oak=خشب البلوط", "Linen=الكتان", "Wool=الصوف",
    "Recycled Plastic=البلاستيك المعاد تدويره", "Canvas=القماش", "Copper=النحاس")

  static let uses = pairs(
    "everyday use=الاستخدام اليومي", "small homes=المنازل الصغيرة", "travel=السفر", "the office=المكتب",
    "beginners=المبتدئين",
    "large families=العائلات الكبيرة", "students=الطلاب", "long evenings=الأمسيات الطويلة",
    "outdoor weekends=عطلات الخلاء",
    "a quiet morning=صباح هادئ", "guests=الضيوف", "demanding work=الأعمال الشاقة", "gifts=الهدايا",
    "the desert heat=حر الصحراء",
    "cold winters=الشتاء البارد", "professional studios=الاستوديوهات")

  static let features = [
    "an easy-clean surface", "a two-year warranty", "a non-slip base", "reinforced seams", "a removable cover",
    "low energy consumption", "a scratch-resistant finish", "one-button operation", "an adjustable strap",
    "a carrying pouch in the box", "rounded edges", "a long-life battery", "overheating protection", "a folding handle",
    "fast charging over USB-C", "a child lock", "replaceable parts", "a matt finish", "a built-in timer",
    "dishwasher-safe parts", "a storage hook", "recycled packaging", "a printed quick-start guide", "a silent motor",
    "breathable lining", "double stitching", "a clear display", "spare screws", "a magnetic closure", "an extra filter",
  ]

  static let openings = [
    "Made for", "Designed with care for", "A dependable choice for", "Built for", "Our most popular choice for",
    "Tested by customers and recommended for", "Simple to set up and ready for", "Tuned for",
  ]

  static let brands = [
    "Norvella", "Zephyrion", "Kastora", "Lumetra", "Haldane & Fig", "Orbitek", "Marisol Home", "Veltro", "Quillmark",
    "Suhail", "Brambleworth", "Aurelis", "Tindaro", "Nakheel Living", "Optavia Labs", "Ferrowick", "Pellucid", "Raqeem",
    "Solenne", "Grantham Forge", "Miravo", "Cobaltine", "Wadi Craft", "Evenmoor", "Tessaro", "Luminor Bay", "Zaytoun",
    "Pinecrest Supply", "Helvaro", "Duneline", "Arkonis", "Sableton", "Yasmeen & Co", "Kordova", "Brightloom",
    "Vantero",
    "Ostrava Works", "Rimal", "Finchley Road", "Noctura", "Calderon", "Amberline", "Thornbury", "Jabal Gear", "Meridax",
    "Silvanet", "Copperleaf", "Riyah", "Ellisande", "Stratoform",
  ]

  static let sellers = [
    "Xopix Store", "Harbour Traders", "Souq Al Noor", "Bluegate Retail", "Oasis Market", "Northway Direct",
    "Dar Al Bayt",
    "Everhill Outlet",
  ]

  static let clothingSizes = ["M", "L", "S", "XL", "XS", "XXL"]
  static let storageSizes = ["256 GB", "512 GB", "128 GB", "1 TB", "64 GB", "2 TB"]
  static let ageGroups = ["3+", "5+", "8+", "12+", "18 months+"]

  private static let onsets = [
    "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "dr", "fl", "gr", "kr", "st", "tr",
    "sh",
  ]
  private static let nuclei = ["a", "e", "i", "o", "u", "ae", "io", "ea"]
  private static let codas = ["", "n", "r", "l", "s", "x", "m", "nd", "st", "sk"]

  /// The invented word of a rank: the same for every seed, pronounceable, of up to three syllables, and hardly ever the
  /// word of another rank.
  ///
  /// The rank is spelled in syllables, so that a vocabulary of any size takes no memory.
  static func inventedWord(_ rank: Int) -> String {
    // A multiplication by an odd number scatters neighbouring ranks over the syllables, and loses none.
    let syllable = onsets.count * nuclei.count * codas.count
    var rest = Int(truncatingIfNeeded: (UInt64(rank) &* 0x9E37_79B1 &+ 0x1234_5678) & 0xFFFF_FFFF)
    var word = ""
    for _ in 0..<3 {
      let part = rest % syllable
      rest /= syllable
      word += onsets[part % onsets.count] + nuclei[part / onsets.count % nuclei.count]
      word += codas[part / (onsets.count * nuclei.count)]
      if rest == 0 { break }
    }
    return word
  }

  /// The word with a capital letter.
  static func inventedName(_ rank: Int) -> String {
    let word = inventedWord(rank)
    return word.prefix(1).uppercased() + word.dropFirst()
  }

  private static func pairs(_ entries: String...) -> [Pair] {
    entries.map { entry in
      let names = entry.split(separator: "=").map(String.init)
      return Pair(english: names[0], arabic: names[1])
    }
  }
}
