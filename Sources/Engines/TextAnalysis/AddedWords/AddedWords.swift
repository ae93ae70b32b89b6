/// Finds the words that are added to a text's own: quantities, joined words and parts of words.
///
/// They are ordered by position, at most one of each kind for the same words, none that a word of the text is already.
struct AddedWords {
  /// The words' bytes, to which those of the words that are found are appended.
  var bytes: [UInt8] = []
  var tokens: [TermBuffer.Token] = []
  var found: [TermBuffer.AddedWord] = []
  /// The end of the quantity that was found last, in words.
  private var quantityEnd = 0
  /// The words before this one were looked at for a run.
  private var runEnd = 0

  /// The most words that are joined to one, with digits and without.
  private static let mostJoined = (withDigits: 6, ofLetters: 3)
  /// Fewer digits alone are no number of a part, and fewer letters or digits no part of a word.
  private static let fewestDigits = 6
  private static let shortestPart = 3
  /// The most digits of a quantity.
  private static let mostDigits = 12

  /// Whether a text has digits or hyphens; most have none.
  static func mayBeAny(in text: Span<UInt8>) -> Bool {
    var any: UInt8 = 0
    for index in text.indices {
      let byte = text[index]
      // Digits and hyphens beyond ASCII are written with bytes from D9 on.
      any |= (byte &- 0x30 < 10 ? 1 : 0) | (byte == 0x2D ? 1 : 0) | (byte >= 0xD9 ? 1 : 0)
    }
    return any != 0
  }

  mutating func find(in text: Span<UInt8>) {
    for index in tokens.indices {
      let shape = shape(of: index)
      if index >= runEnd { findRun(from: index, in: text) }
      guard shape.digits > 0 else { continue }
      if index >= quantityEnd { findQuantity(at: index, shape, in: text) }
      if shape.hasOthers { addParts(of: index, shape) }
    }
  }

  // MARK: Words

  /// What a word is made of.
  private struct Shape {
    /// How many digits it starts with.
    var leadingDigits = 0
    var digits = 0
    var hasOthers = false

    var isNumber: Bool { digits > 0 && !hasOthers }
  }

  private func shape(of index: Int) -> Shape {
    var shape = Shape()
    for byte in word(index) {
      if ASCII.isDigit(byte) {
        shape.digits += 1
        if !shape.hasOthers { shape.leadingDigits += 1 }
      } else {
        shape.hasOthers = true
      }
    }
    return shape
  }

  private func word(_ index: Int) -> ArraySlice<UInt8> {
    let token = tokens[index]
    return bytes[token.start..<token.start + token.count]
  }

  /// What stands between two words.
  private enum Gap { case nothing, space, hyphen, sign, point, comma, other }

  /// What stands between a word and the next one.
  private func gap(after index: Int, in text: Span<UInt8>) -> Gap {
    guard index + 1 < tokens.count else { return .other }
    let start = tokens[index].source.upperBound
    switch tokens[index + 1].source.lowerBound - start {
    case 0: return .nothing
    case 1:
      switch text[start] {
      case UInt8(ascii: " "): return .space
      case UInt8(ascii: "-"): return .hyphen
      case UInt8(ascii: "_"), UInt8(ascii: "/"): return .sign
      case UInt8(ascii: "."): return .point
      case UInt8(ascii: ","): return .comma
      default: return .other
      }
    case 2:
      switch (text[start], text[start + 1]) {
      case (0x20, 0x20), (0xC2, 0xA0): return .space
      case (0xD9, 0xAB): return .point  // the Arabic decimal separator
      case (0xD9, 0xAC): return .comma  // the Arabic thousands separator
      default: return .other
      }
    case 3:
      switch (text[start], text[start + 1], text[start + 2]) {
      case (0xE2, 0x80, 0x90), (0xE2, 0x80, 0x91): return .hyphen
      case (0xE2, 0x80, 0x89), (0xE2, 0x80, 0xAF): return .space
      default: return .other
      }
    default: return .other
    }
  }

  /// Adds `word`, unless the only word that it stands for is the same.
  private mutating func add(
    _ kind: TermBuffer.AddedWord.Kind, _ word: some Collection<UInt8>, for words: Range<Int>, end: Int? = nil
  ) {
    guard word.count <= WordStemmer.longestWord else { return }
    if words.count == 1, self.word(words.lowerBound).elementsEqual(word) { return }
    let start = bytes.count
    bytes.append(contentsOf: word)
    let first = tokens[words.lowerBound]
    let token = TermBuffer.Token(
      start: start, count: bytes.count - start, position: first.position,
      source: first.source.lowerBound..<(end ?? tokens[words.upperBound - 1].source.upperBound))
    found.append(TermBuffer.AddedWord(kind: kind, token: token, words: words))
  }

  // MARK: Quantities

  /// A number's text, and the words that it takes.
  private struct Number {
    var text: [UInt8]
    var words: Range<Int>
    /// What is written on to the last digits.
    var suffix: ArraySlice<UInt8> = []
    /// Whether signs part its thousands.
    var hasThousands = false
  }

  private mutating func findQuantity(at index: Int, _ shape: Shape, in text: Span<UInt8>) {
    guard shape.leadingDigits > 0, let number = number(at: index, shape, in: text) else { return }
    guard number.text.count <= Self.mostDigits else { return }
    let last = number.words.upperBound - 1
    let end = tokens[last].source.upperBound
    var quantity: (unit: Unit, words: Range<Int>, end: Int?, isApart: Bool)?
    if !number.suffix.isEmpty {
      quantity = Unit.named(number.suffix).map { ($0, number.words, nil, false) }
    } else if let sign = Unit.sign(in: text, at: end) {
      quantity = (sign.unit, number.words, sign.end, false)
    } else if let unit = unit(after: last, in: text) {
      quantity = (unit.unit, number.words.lowerBound..<last + 2, nil, unit.isApart)
    }
    if number.hasThousands, number.suffix.isEmpty || quantity != nil {
      quantityEnd = number.words.upperBound
      add(.number, number.text, for: number.words)
    }
    guard let quantity else { return }
    quantityEnd = quantity.words.upperBound
    add(
      .quantity(isLoose: quantity.unit.isWord && quantity.isApart), number.text + quantity.unit.canonical,
      for: quantity.words, end: quantity.end)
  }

  /// The number that starts with a word: its digits, those behind a point or comma, and thousands.
  private func number(at index: Int, _ shape: Shape, in text: Span<UInt8>) -> Number? {
    let first = word(index)
    guard shape.isNumber else {
      let digits = first.prefix(shape.leadingDigits)
      return Number(text: Array(digits), words: index..<index + 1, suffix: first.dropFirst(shape.leadingDigits))
    }
    var number = Number(text: Array(first), words: index..<index + 1)
    guard index == 0 || !isWithin(number: index - 1, in: text) else { return number }
    // Thousands: 1,000 and 1,000,000.
    if first.count <= 3, first.first != UInt8(ascii: "0") {
      while number.suffix.isEmpty, let next = digits(after: number.words.upperBound - 1, .comma, in: text),
        next.count == 3
      {
        number.suffix = word(number.words.upperBound).dropFirst(3)
        number.text += next
        number.words = index..<number.words.upperBound + 1
        number.hasThousands = true
      }
    }
    let last = number.words.upperBound - 1
    let isPoint = gap(after: last, in: text) == .point
    guard number.suffix.isEmpty, isPoint || !number.hasThousands,
      let decimals = digits(after: last, isPoint ? .point : .comma, in: text), !isWithin(number: last + 1, in: text)
    else { return number }
    let significant = decimals.prefix(
      (decimals.lastIndex { $0 != UInt8(ascii: "0") } ?? decimals.startIndex - 1) + 1 - decimals.startIndex)
    number.words = index..<last + 2
    number.suffix = word(last + 1).dropFirst(decimals.count)
    number.hasThousands = false
    if !significant.isEmpty { number.text += [UInt8(ascii: ".")] + significant }
    return number
  }

  /// The digits that the word behind a point or comma starts with; nil where there are none.
  private func digits(after index: Int, _ expected: Gap, in text: Span<UInt8>) -> ArraySlice<UInt8>? {
    guard gap(after: index, in: text) == expected else { return nil }
    let digits = word(index + 1).prefix(while: ASCII.isDigit)
    return digits.isEmpty ? nil : digits
  }

  /// Whether a number goes on behind a word that is one, so that it is a version or a list rather than a number.
  private func isWithin(number index: Int, in text: Span<UInt8>) -> Bool {
    guard shape(of: index).isNumber else { return false }
    return digits(after: index, .point, in: text) != nil || digits(after: index, .comma, in: text) != nil
  }

  /// The unit that the word behind a number names, where it is written so.
  private func unit(after index: Int, in text: Span<UInt8>) -> (unit: Unit, isApart: Bool)? {
    let gap = gap(after: index, in: text)
    guard gap == .nothing || gap == .space || gap == .hyphen, let unit = Unit.named(word(index + 1)) else {
      return nil
    }
    // "3 in 1" and "3-in-1" measure nothing.
    if unit.isWord, index + 2 < tokens.count, shape(of: index + 2).isNumber,
      self.gap(after: index + 1, in: text) == gap
    {
      return nil
    }
    return (unit, gap == .space)
  }

  // MARK: Parts and runs

  private mutating func addParts(of index: Int, _ shape: Shape) {
    let word = Array(word(index))
    let words = index..<index + 1
    if shape.digits == shape.leadingDigits, Unit.named(word[shape.leadingDigits...]) != nil {
      return add(.amount, word[..<shape.leadingDigits], for: words)
    }
    var parts: [ArraySlice<UInt8>] = []
    var start = 0
    for at in 1...word.count where at == word.count || ASCII.isDigit(word[at]) != ASCII.isDigit(word[at - 1]) {
      parts.append(word[start..<at])
      start = at
    }
    guard parts.count <= 3 else { return }
    for (place, part) in parts.enumerated() where part.count(where: { $0 & 0xC0 != 0x80 }) >= Self.shortestPart {
      if !parts[..<place].contains(part) { add(.part, part, for: words) }
    }
  }

  /// Joins the words that hyphens and other signs hold together from one on.
  private mutating func findRun(from index: Int, in text: Span<UInt8>) {
    var last = index
    var hasSign = false
    while true {
      let gap = gap(after: last, in: text)
      guard gap == .hyphen || gap == .sign else { break }
      hasSign = hasSign || gap == .sign
      last += 1
    }
    runEnd = last + 1
    guard last > index else { return }
    let words = index..<last + 1
    let joined = words.flatMap { word($0) }
    let digits = joined.count(where: ASCII.isDigit)
    if digits == 0 {
      guard !hasSign, words.count <= Self.mostJoined.ofLetters else { return }
    } else {
      guard words.count <= Self.mostJoined.withDigits, digits < joined.count || digits >= Self.fewestDigits else {
        return
      }
    }
    // A number and its unit are not joined as they stand: they are a quantity.
    if words.count == 2, shape(of: index).isNumber, Unit.named(word(last)) != nil { return }
    add(.joined, joined, for: words)
  }
}
