/// The analyzer's path for text of any script.
struct UnicodeSegmentation {
  let stems: Bool

  /// A scalar with the bytes that it was read from.
  private struct Scalar {
    let value: Unicode.Scalar
    let start: Int
    let end: Int
  }

  @discardableResult
  func analyze(_ text: Span<UInt8>, into buffer: inout TermBuffer, position: Int) -> Int {
    var position = position
    var run: [Scalar] = []
    var needsDictionary = false
    var at = 0
    while at <= text.count {
      let scalar = at < text.count ? Self.scalar(in: text, at: at) : nil
      var next = scalar?.end ?? at + 1
      if let scalar, Self.isWordScalar(scalar.value) {
        run.append(scalar)
        needsDictionary = needsDictionary || Self.isWrittenWithoutSpaces(scalar.value)
      } else if !run.isEmpty {
        if needsDictionary {
          for part in parts(of: run) { add(part, to: &buffer, position: &position) }
        } else {
          add(run[...], to: &buffer, position: &position)
        }
        run.removeAll(keepingCapacity: true)
        needsDictionary = false
        if ASCII.startsPossessive(text, at) { next += 1 }
      }
      at = next
    }
    return position
  }

  private func add(_ word: ArraySlice<Scalar>, to buffer: inout TermBuffer, position: inout Int) {
    guard let first = word.first, let last = word.last else { return }
    var units: [UInt16] = []
    units.reserveCapacity(word.count + 2)
    for scalar in word { units.append(contentsOf: UTF16.encode(scalar.value) ?? UTF16.encodedReplacementCharacter) }
    let start = buffer.bytes.count
    Folding.fold(units, into: &buffer.bytes)
    // A lone mark or tatweel folds to nothing.
    guard buffer.bytes.count > start else { return }
    if stems { buffer.stemmer.stemWord(&buffer.bytes, from: start) }
    buffer.finish(from: start, position: position, source: first.start..<last.end)
    position += 1
  }

  /// Cuts a run by ICU's dictionaries.
  private func parts(of run: [Scalar]) -> [ArraySlice<Scalar>] {
    var units: [UInt16] = []
    var scalarAtUnit: [Int] = []
    for (index, scalar) in run.enumerated() {
      for unit in UTF16.encode(scalar.value) ?? UTF16.encodedReplacementCharacter {
        units.append(unit)
        scalarAtUnit.append(index)
      }
    }
    var parts: [ArraySlice<Scalar>] = []
    var from = 0
    for boundary in WordBreaks.boundaries(of: units) {
      let to = boundary < scalarAtUnit.count ? scalarAtUnit[boundary] : run.count
      if to > from { parts.append(run[from..<to]) }
      from = max(from, to)
    }
    if from < run.count { parts.append(run[from...]) }
    return parts
  }

  /// The scalar at `at`; nil where the bytes are not UTF-8.
  private static func scalar(in text: Span<UInt8>, at: Int) -> Scalar? {
    let first = text[at]
    let length: Int
    var value: UInt32
    switch first {
    case 0..<0x80: (length, value) = (1, UInt32(first))
    case 0xC2..<0xE0: (length, value) = (2, UInt32(first & 0x1F))
    case 0xE0..<0xF0: (length, value) = (3, UInt32(first & 0x0F))
    case 0xF0..<0xF5: (length, value) = (4, UInt32(first & 0x07))
    default: return nil
    }
    guard at + length <= text.count else { return nil }
    for index in at + 1..<at + length {
      guard text[index] & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(text[index] & 0x3F)
    }
    guard length < 3 || value >= (length == 3 ? 0x800 : 0x10000), let scalar = Unicode.Scalar(value) else { return nil }
    return Scalar(value: scalar, start: at, end: at + length)
  }

  private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return ASCII.isAlphanumeric(UInt8(scalar.value)) }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .decimalNumber, .letterNumber:
      return true
    // Joiners shape words and do not part them.
    case .format: return scalar.value == 0x200C || scalar.value == 0x200D
    default: return false
    }
  }

  private static func isWrittenWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF: true  // Thai, Lao, Myanmar, Khmer
    case 0x3040...0x30FF, 0x31F0...0x31FF: true  // kana
    case 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true  // Han
    default: false
    }
  }
}
