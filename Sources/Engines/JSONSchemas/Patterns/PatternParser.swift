/// Reads regular expressions of ECMA-262 (section 22.2.1) as JSON Schema uses them: by code points, without flags.
struct PatternParser {
  private let source: [UInt32]
  private var index = 0
  private var depth = 0

  private static let deepest = 100
  private static let mostRepetitions = 10_000

  static func parse(_ pattern: String) throws(PatternError) -> PatternTree {
    var parser = PatternParser(source: pattern.unicodeScalars.map(\.value))
    let tree = try parser.alternatives()
    guard parser.index == parser.source.count else { throw .malformed("a closing parenthesis has no opening one") }
    return tree
  }

  private init(source: [UInt32]) { self.source = source }

  // MARK: Characters

  private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
    index + ahead < source.count ? Unicode.Scalar(source[index + ahead]) : nil
  }

  private mutating func next() -> Unicode.Scalar? {
    guard let scalar = peek() else { return nil }
    index += 1
    return scalar
  }

  private mutating func skip(_ text: String) -> Bool {
    let scalars = text.unicodeScalars.map(\.value)
    guard source[index...].starts(with: scalars) else { return false }
    index += scalars.count
    return true
  }

  // MARK: Grammar

  private mutating func alternatives() throws(PatternError) -> PatternTree {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw .tooComplex("more than \(Self.deepest) groups within each other") }
    var parts = [try sequence()]
    while skip("|") { parts.append(try sequence()) }
    return parts.count == 1 ? parts[0] : .alternatives(parts)
  }

  private mutating func sequence() throws(PatternError) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = peek(), scalar != "|", scalar != ")" { parts.append(try term()) }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func term() throws(PatternError) -> PatternTree {
    guard let scalar = next() else { return .empty }
    let atom: PatternTree
    switch scalar {
    case "^": return .start
    case "$": return .end
    case "(":
      atom = try group()
      if case .lookahead = atom { return atom }
    case ".": atom = .set(.anyButLineEnds)
    case "[": atom = .set(try characterClass())
    case "\\":
      if skip("b") { return .wordBoundary }
      if skip("B") { return .noWordBoundary }
      atom = .set(try escape(inClass: false))
    case "*", "+", "?": throw .malformed("'\(scalar)' has nothing to repeat")
    case "{" where counts() != nil: throw .malformed("'{' has nothing to repeat")
    default: atom = .set(Self.single(scalar.value))
    }
    return try repetition(of: atom)
  }

  private mutating func repetition(of atom: PatternTree) throws(PatternError) -> PatternTree {
    let least: Int
    let most: Int?
    switch peek() {
    case "*": (least, most) = (0, nil)
    case "+": (least, most) = (1, nil)
    case "?": (least, most) = (0, 1)
    case "{":
      guard let counts = counts() else { return atom }
      guard counts.most.map({ $0 >= counts.least }) ?? true else {
        throw .malformed("a repetition's limits are out of order")
      }
      guard max(counts.least, counts.most ?? 0) <= Self.mostRepetitions else {
        throw .tooComplex("a repetition of more than \(Self.mostRepetitions)")
      }
      (least, most) = (counts.least, counts.most)
      index = counts.end - 1
    default: return atom
    }
    index += 1
    // Whether as few or as many as possible are taken makes no difference to whether there is a match.
    _ = skip("?")
    if let scalar = peek(), scalar == "*" || scalar == "+" || scalar == "?" {
      throw .malformed("'\(scalar)' has nothing to repeat")
    }
    return .repeated(atom, least: least, most: most)
  }

  /// The counts of `{n}`, `{n,}` or `{n,m}` at the index, the brace perhaps read already.
  private func counts() -> (least: Int, most: Int?, end: Int)? {
    var at = index
    if at < source.count, source[at] == 0x7b { at += 1 } else if at == 0 || source[at - 1] != 0x7b { return nil }
    func number() -> Int? {
      var value: Int?
      while at < source.count, source[at] &- 0x30 < 10 {
        value = min((value ?? 0) * 10 + Int(source[at] - 0x30), 1 << 40)
        at += 1
      }
      return value
    }
    guard let least = number() else { return nil }
    var most: Int? = least
    if at < source.count, source[at] == 0x2c {
      at += 1
      most = number()
    }
    guard at < source.count, source[at] == 0x7d else { return nil }
    return (least, most, at + 1)
  }

  private mutating func group() throws(PatternError) -> PatternTree {
    enum Kind { case plain, ahead, notAhead }
    var kind = Kind.plain
    if skip("?") {
      if skip(":") {
        kind = .plain
      } else if skip("=") {
        kind = .ahead
      } else if skip("!") {
        kind = .notAhead
      } else if skip("<=") || skip("<!") {
        throw .unsupported("looking behind, (?<= and (?<!")
      } else if skip("<") {
        while let scalar = next(), scalar != ">" {}
      } else {
        throw .malformed("'(?' begins no known kind of group")
      }
    }
    let inner = try alternatives()
    guard skip(")") else { throw .malformed("a parenthesis is not closed") }
    switch kind {
    case .plain: return inner
    case .ahead: return .lookahead(inner, isInverted: false)
    case .notAhead: return .lookahead(inner, isInverted: true)
    }
  }

  private mutating func characterClass() throws(PatternError) -> CharacterSet {
    var set = CharacterSet()
    set.isInverted = skip("^")
    while true {
      guard let scalar = next() else { throw .malformed("a bracket is not closed") }
      if scalar == "]" { return set.prepared() }
      let low = try classAtom(scalar)
      guard peek() == "-", let after = peek(1), after != "]" else {
        set.insert(low.set)
        continue
      }
      index += 1
      guard let scalar = next() else { throw .malformed("a bracket is not closed") }
      let high = try classAtom(scalar)
      guard let first = low.scalar, let last = high.scalar else {
        // A class can't begin or end a range: the hyphen stands for itself.
        set.insert(low.set)
        set.insert(0x2d)
        set.insert(high.set)
        continue
      }
      guard first <= last else { throw .malformed("a range of characters is out of order") }
      set.insert(first...last)
    }
  }

  private mutating func classAtom(_ scalar: Unicode.Scalar) throws(PatternError) -> (set: CharacterSet, scalar: UInt32?)
  {
    guard scalar == "\\" else { return (Self.single(scalar.value), scalar.value) }
    if skip("b") { return (Self.single(0x08), 0x08) }
    let set = try escape(inClass: true)
    guard !set.isInverted, set.classes.isEmpty, set.ranges.count == 1, set.ranges[0].count == 1 else {
      return (set, nil)
    }
    return (set, set.ranges[0].lowerBound)
  }

  /// The characters that an escape stands for; the backslash is read already.
  private mutating func escape(inClass: Bool) throws(PatternError) -> CharacterSet {
    guard let scalar = next() else { throw .malformed("a backslash ends the pattern") }
    switch scalar {
    case "d": return .digits
    case "D": return Self.inverted(.digits)
    case "w": return .word
    case "W": return Self.inverted(.word)
    case "s": return .space
    case "S": return Self.inverted(.space)
    case "t": return Self.single(0x09)
    case "n": return Self.single(0x0a)
    case "v": return Self.single(0x0b)
    case "f": return Self.single(0x0c)
    case "r": return Self.single(0x0d)
    case "0":
      guard let digit = peek(), ("0"..."9").contains(digit) else { return Self.single(0) }
      throw .unsupported("octal escapes")
    case "1"..."9": throw .unsupported("references back to a group, as \\1")
    case "k": throw .unsupported("references back to a group, as \\k")
    case "c":
      guard let letter = next(), letter.properties.isASCIIHexDigit || letter.isASCII, letter.properties.isAlphabetic
      else { throw .malformed("\\c needs a letter") }
      return Self.single(letter.value % 32)
    case "x": return Self.single(try hexadecimal(2))
    case "u": return Self.single(try codePoint())
    case "p", "P":
      let set = try property()
      return scalar == "P" ? Self.inverted(set) : set
    default:
      guard !scalar.properties.isAlphabetic || !scalar.isASCII else {
        throw .malformed("\\\(scalar) is no known escape")
      }
      return Self.single(scalar.value)
    }
  }

  private mutating func hexadecimal(_ count: Int) throws(PatternError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let scalar = next(), let digit = Character(scalar).hexDigitValue else {
        throw .malformed("an escape needs \(count) hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private mutating func codePoint() throws(PatternError) -> UInt32 {
    if skip("{") {
      var value: UInt32 = 0
      var digits = 0
      while let scalar = next(), scalar != "}" {
        guard let digit = Character(scalar).hexDigitValue, value < 0x11_0000 else {
          throw .malformed("\\u{…} needs hexadecimal digits")
        }
        value = value << 4 | UInt32(digit)
        digits += 1
      }
      guard digits > 0, Unicode.Scalar(value) != nil else { throw .malformed("\\u{…} is no character") }
      return value
    }
    let high = try hexadecimal(4)
    guard (0xd800..<0xdc00).contains(high), skip("\\u") else { return high }
    let low = try hexadecimal(4)
    guard (0xdc00..<0xe000).contains(low) else { throw .malformed("half of a surrogate pair stands alone") }
    return 0x1_0000 + (high - 0xd800) << 10 + (low - 0xdc00)
  }

  private mutating func property() throws(PatternError) -> CharacterSet {
    guard skip("{") else { throw .malformed("\\p needs a name in braces") }
    var name = ""
    while let scalar = next(), scalar != "}" { name.unicodeScalars.append(scalar) }
    guard let known = CharacterSet.Class(name: name[...]) else { throw .unsupported("the Unicode property \(name)") }
    var set = CharacterSet()
    set.insert(known)
    return set.prepared()
  }

  private static func single(_ value: UInt32) -> CharacterSet {
    var set = CharacterSet()
    set.insert(value)
    return set.prepared()
  }

  private static func inverted(_ set: CharacterSet) -> CharacterSet {
    var set = set
    set.isInverted.toggle()
    return set.prepared()
  }
}
