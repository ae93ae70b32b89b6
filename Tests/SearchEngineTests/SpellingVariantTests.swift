import QueryLanguage
import SearchEngine
import Testing

/// Whether a query finds a text among others, with all of its words.
func finds(_ query: String, in text: String, among others: [String] = [], typos: Bool = true) throws -> Bool {
  let folder = try TemporaryFolder()
  let products = [Product(id: "wanted", title: text)] + others.enumerated().map { Product(id: "\($0)", title: $1) }
  let answer = try index([products], in: folder).search(request(query, typos: typos))
  return answer.ids.contains("wanted") && answer.droppedWords.isEmpty && answer.corrected == nil
}

@Suite("Quantities")
struct QuantityTests {
  private static let others = [
    "Kettle 2 l", "500 pieces", "ml", "Monitor 170 in", "1 5 l", "Cable 16 m, 1 gb", "inch inches",
  ]

  private static let spellings: [[String]] = [
    [
      "17\"", "17 inch", "17in", "17 inches", "17-inch", "17″", "17''", "17 in", "17INCH", "١٧ بوصة", "17 بوصة", "17”",
      "17 Zoll",
    ],
    ["500ml", "500 ml", "500 ML", "500-ml", "٥٠٠ مل", "٥٠٠مل", "500 millilitres", "500\u{a0}ml", "500 مل", "۵۰۰ ml"],
    ["1.5 l", "1,5 l", "1.5l", "1.5 L", "1,5L", "1.50 litres", "١٫٥ لتر", "1.5-litre", "١.٥ لتر"],
    ["16 gb", "16gb", "16 GB", "16GB", "16 gigabytes", "16 جيجابايت", "١٦ جيجا"], ["2 TB", "2tb", "2 تيرابايت"],
    ["10 kg", "10kg", "10 KG", "10 kilos", "10 كجم", "١٠ كيلو", "١٠ كيلوغرام"],
    ["220v", "220 V", "220-volt", "220 فولت", "٢٢٠ فولت"],
    ["250 g", "250g", "250 grams", "250 جرام", "٢٥٠ غرام", "٢٥٠ جم"],
    ["30 cm", "30cm", "30 سم", "٣٠ سم", "30 centimetres"], ["1,000 ml", "1000ml", "1000 ml", "1,000ml"],
    ["100%", "100 %", "100 percent", "١٠٠٪"], ["5000mAh", "5000 mah", "5,000 mAh"],
    ["15.6\"", "15.6 inch", "15,6 in", "15.6in"],
  ]

  @Test("all ways to write one find each other, beside other words too", arguments: spellings)
  func alike(ways: [String]) throws {
    for query in ways {
      for text in ways {
        #expect(try finds(query, in: text, among: Self.others), "\(query) in \(text)")
        #expect(try finds("steel \(query)", in: "Steel thing, \(text) wide", among: Self.others), "\(query) in \(text)")
      }
    }
  }

  @Test(
    "a number alone finds its quantities",
    arguments: [
      ("500", "500 ml"), ("500", "500ml"), ("17", "17\""), ("17", "17in"), ("1.5", "1.5 l"), ("1.5", "1.5l"),
      ("1000", "1,000 ml"),
    ])
  func numbers(query: String, text: String) throws {
    #expect(try finds(query, in: text))
  }

  @Test(
    "other quantities, units and words are not found",
    arguments: [
      ("500 ml", "250 ml, 500 pieces"), ("500 ml", "500 l"), ("500ml", "1500 ml"), ("1.5 l", "15 l"), ("1.5 l", "5 l"),
      ("5 l", "1.5 litres"), ("16 gb", "16 g"), ("17 inch", "inch 17"), ("17\"", "17 cm"), ("2 l", "1,2 l"),
      ("1 l", "1.5 l"),
      ("000 ml", "1,000 ml"),
    ])
  func others(query: String, text: String) throws {
    #expect(try !finds(query, in: text, among: [query]), "\(query) in \(text)")
  }

  @Test("a unit's name that is a word stays one where it stands for itself")
  func words() throws {
    #expect(try finds("size 12 in black", in: "Shoes in black, size 12", among: ["Ruler 12 in"]))
    #expect(try finds("in", in: "Ruler 12 in"))
    #expect(try finds("shoes in black", in: "black shoes in stock"))
    #expect(try finds("3 in 1", in: "3-in-1 charger"))
    #expect(try finds("mouse 2 m", in: "2 m cable for a mouse"))
    #expect(try finds("\"500 ml\"", in: "500 ml"))
    #expect(try finds("title:500ml", in: "500 ml"))
    #expect(try finds("500ml OR lamp", in: "500 ml"))
    #expect(try finds("lamp OR 17-inch", in: "17\""))
    #expect(try !finds("lamp OR 17\"", in: "17 cm", among: ["17 inch"]))
  }

  @Test("a quantity is one word to `match`, and is named whole where it is left out")
  func counted() throws {
    let folder = try TemporaryFolder()
    let snapshot = try index(
      [
        [
          Product(id: "1", title: "kettle 500 ml"), Product(id: "2", title: "kettle 17 inch"),
          Product(id: "3", title: "lamp"),
        ]
      ], in: folder)
    let dropped = try snapshot.search(request("lamp 500 ml"))
    #expect(dropped.droppedWords == ["lamp"] || dropped.droppedWords == ["500 ml"])
    var asked = request("kettle 500 ml lamp")
    asked.minimumMatch = .groups(2)
    #expect(try snapshot.search(asked).ids == ["1"])
  }

  @Test("what is excluded is so however it is written")
  func excluded() throws {
    #expect(try finds("kettle -500ml", in: "kettle 250 ml", among: ["kettle 500 ml"]))
    #expect(try finds("kettle -17\"", in: "kettle 17 cm", among: ["kettle 17 inch"]))
    #expect(try !finds("kettle -17\"", in: "kettle 17 inch"))
    #expect(try !finds("kettle -wi-fi", in: "kettle wifi"))
    #expect(try finds("kettle -laptop", in: "kettle lap top"))
  }
}

@Suite("Numbers of parts and models")
struct PartNumberTests {
  private static let spellings: [[String]] = [
    ["dv7-1211ea", "dv7 1211ea", "dv7 1211 ea", "DV71211EA", "dv7_1211/ea", "DV7-1211-EA", "dv7‑1211ea"],
    ["VB-PEN-002", "vbpen002", "VB PEN 002", "vb_pen_002", "VB/PEN-002", "vb-pen 002"],
    ["iPhone12", "iphone 12", "iphone-12"],
    ["WH-1000XM4", "wh1000xm4", "WH 1000XM4", "wh 1000 xm4"], ["USB3", "usb 3", "USB-3"],
    ["100-100000910", "100100000910"],
  ]

  @Test("all ways to write one find each other, beside other words too", arguments: spellings)
  func alike(ways: [String]) throws {
    for query in ways {
      for text in ways {
        #expect(try finds(query, in: text, among: ["dv7", "002 VB", "12 mini", "ea"]), "\(query) in \(text)")
        #expect(try finds("case \(query)", in: "Case for \(text) black"), "\(query) in \(text)")
      }
    }
  }

  @Test(
    "a part of one with letters or digits enough finds it",
    arguments: [
      ("iphone", "iPhone12"), ("4090", "rtx4090"), ("rtx", "RTX4090"), ("rtx 4090", "RTX4090 Ti"),
      ("1211ea", "dv7-1211ea"), ("pen002", "VB-PEN-002"),
    ])
  func parts(query: String, text: String) throws {
    #expect(try finds(query, in: text))
  }

  @Test(
    "another number is never found, nor taken for a typing error",
    arguments: [
      ("VB-PEN-002", "VB-PEN-003"), ("vbpen002", "VB-PEN-003"), ("dv7-1211ea", "dv7-1212ea"),
      ("dv71211ea", "dv7 1211 eb"), ("VB-PEN-002", "VB-PAN-002"),
      ("iphone12", "iphone 13"), ("a1234", "a1235"), ("keyboard-2", "keyboard-3"), ("mx2000", "mx2001"),
      ("510", "5 10"), ("5 10", "510"),
      ("1211", "12 11"), ("runs2", "run2"), ("h264ing", "h264"),
    ])
  func others(query: String, text: String) throws {
    #expect(try !finds(query, in: text), "\(query) in \(text)")
    let folder = try TemporaryFolder()
    let answer = try index([[Product(id: "1", title: text)]], in: folder).search(request(query, typos: true))
    #expect(answer.corrected == nil)
    if !query.contains(" ") { #expect(answer.ids.isEmpty) }
  }

  @Test("quotes ask for the words as they are")
  func quotes() throws {
    #expect(try finds("\"dv7 1211ea\"", in: "dv7-1211ea"))
    #expect(try !finds("\"dv7 1211 ea\"", in: "dv7-1211ea"))
  }
}

@Suite("Compound words")
struct CompoundTests {
  @Test(
    "words joined by a hyphen are found joined, parted and with it",
    arguments: [
      ["wi-fi", "wifi", "Wi-Fi"], ["e-mail", "email", "E-Mail"],
      ["t-shirt", "tshirt", "t shirt", "T-Shirts", "tshirts"], ["X-Box", "xbox", "x box"],
    ])
  func hyphens(ways: [String]) throws {
    for query in ways {
      for text in ways { #expect(try finds(query, in: "black \(text) here"), "\(query) in \(text)") }
    }
  }

  @Test(
    "two words are found as one, and one as two that follow each other",
    arguments: [
      ("lap top", "laptop"), ("note book", "notebook"), ("head phones", "headphones"), ("lap tops", "laptops"),
      ("waschmaschine", "Wasch Maschine"), ("жёсткийдиск", "жёсткий диск"),
    ])
  func compounds(one: String, other: String) throws {
    #expect(try finds(one, in: other, among: ["nose book", "heat lamp", "steel"]))
    #expect(try finds(other, in: one, among: ["nose book", "heat lamp", "steel"]))
    #expect(try finds("black \(one) bag", in: "bag black \(other)"))
    #expect(try finds("black \(other) bag", in: "bag black \(one)"))
  }

  private func snapshot(in folder: TemporaryFolder) throws -> IndexSnapshot {
    let titles = ["laptop bag", "lap top bag", "top bag", "lap of a bag, top", "top lap bag", "laptop stand"]
    return try index([titles.enumerated().map { Product(id: "\($0)", title: $1) }], in: folder)
  }

  @Test(
    "documents have all the words or the one that stands for both; quotes ask for what is in them",
    arguments: [
      ("lap top bag", ["0", "1", "3", "4"]), ("laptop bag", ["0", "1"]), ("laptop", ["0", "1", "5"]),
      ("\"lap top\"", ["1"]), ("\"laptop\"", ["0", "5"]),
      ("lap bag", ["1", "3", "4"]), ("lap OR top", ["1", "2", "3", "4"]), ("bag -laptop", ["1", "2", "3", "4"]),
      ("title:lap body:top", []), ("title:lap title:top", ["0", "1", "3", "4", "5"]),
      ("lap stand top", []), ("lap \"top\"", ["1", "3", "4"]), ("lap* top", ["1", "3", "4"]),
    ])
  func logic(query: String, ids: [String]) throws {
    let folder = try TemporaryFolder()
    let answer = try snapshot(in: folder).search(request(query, typos: true))
    #expect(answer.droppedWords.isEmpty ? answer.ids.sorted() == ids : ids.isEmpty, "\(answer.ids)")
    #expect(answer.corrected == nil)
  }

  @Test("what was typed comes before what may be meant")
  func order() throws {
    let folder = try TemporaryFolder()
    let snapshot = try index([[Product(id: "1", title: "laptop"), Product(id: "2", title: "lap top")]], in: folder)
    #expect(try snapshot.search(request("laptop", typos: true)).ids == ["1", "2"])
  }

  @Test("synonyms add up, whether the word is also found as two or not")
  func synonyms() throws {
    let folder = try TemporaryFolder()
    let products = [
      Product(id: "1", title: "laptop", body: "notebook"), Product(id: "2", title: "laptop", body: "drawer"),
      Product(id: "3", title: "lap top", body: "drawer"),
    ]
    let snapshot = try index([products], in: folder)
    for typos in [true, false] {
      var asked = request("laptop", typos: typos)
      asked.query.groups[0][0].synonyms = ["notebook"]
      #expect(try snapshot.search(asked).ids == (typos ? ["1", "2", "3"] : ["1", "2"]))
    }
  }

  @Test("a word that is found cut in two is not corrected; where it is only of deleted documents, it is")
  func corrections() throws {
    let folder = try TemporaryFolder()
    let writer = try IndexWriter(directory: folder.path, definition: TestField.definition)
    writer.put(Product(id: "1", title: "note book").document)
    writer.put(Product(id: "2", title: "notepook").document)
    var answer = try writer.refresh().search(request("notebook", typos: true))
    #expect(answer.corrected == nil)
    #expect(answer.ids == ["1"])
    writer.delete(id: "1")
    answer = try writer.refresh().search(request("notebook", typos: true))
    #expect(answer.corrected == "notepook")
  }
}
