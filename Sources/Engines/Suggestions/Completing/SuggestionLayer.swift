/// Phrases by the beginnings of their words: each word's start is an entry, and the entries are sorted by what follows
/// it.
///
/// The entries that a prefix matches lie together; the greatest weights in such a range are found one by one.
struct SuggestionLayer: Sendable {
  private let keys: [UInt8]
  private let keyStarts: [UInt32]
  private let texts: [UInt8]
  private let textStarts: [UInt32]
  private let weights: [UInt32]
  private let table: WordTable
  /// For each entry, the phrase's weight in the high half and its number's complement in the low one: so that the
  /// greatest is the weightiest, and of equal weights the first by key. Phrases without weight are not suggested and
  /// have no entries.
  let values: [UInt64]
  /// Where each entry's word starts in `keys`.
  private let places: [UInt32]
  private let maxima: RangeMaximum
  private let index: TermIndex

  var count: Int { weights.count }

  var byteCount: Int {
    keys.count + texts.count + (keyStarts.count + textStarts.count + weights.count + places.count) * 4
      + values.count * 8 + table.byteCount + maxima.byteCount + index.byteCount
  }

  /// A layer of phrases in the order of their keys' bytes, each key once.
  init(_ phrases: [Suggester.Phrase]) {
    var keys: [UInt8] = []
    var keyStarts: [UInt32] = [0]
    var texts: [UInt8] = []
    var textStarts: [UInt32] = [0]
    var table = WordTable(capacity: phrases.count)
    var starts: [(beginning: UInt64, place: UInt32, number: UInt32)] = []
    starts.reserveCapacity(phrases.count * 3)
    for (number, phrase) in phrases.enumerated() {
      let first = keys.count
      keys.append(contentsOf: phrase.key.utf8)
      keyStarts.append(UInt32(keys.count))
      table.insert(number, keys.span, first..<keys.count)
      texts.append(contentsOf: phrase.text.utf8)
      textStarts.append(UInt32(texts.count))
      guard phrase.weight > 0 else { continue }
      for place in first..<keys.count where keys[place] != 0x20 && (place == first || keys[place - 1] == 0x20) {
        starts.append((Self.beginning(keys.span, place, keys.count), UInt32(place), UInt32(number)))
      }
    }
    let bytes = keys.span
    starts.sort { left, right in
      if left.beginning != right.beginning { return left.beginning < right.beginning }
      let order = Self.compare(
        bytes, Int(left.place)..<Int(keyStarts[Int(left.number) + 1]), bytes,
        Int(right.place)..<Int(keyStarts[Int(right.number) + 1]))
      return order != 0 ? order < 0 : left.number < right.number
    }
    values = starts.map { UInt64(phrases[Int($0.number)].weight) << 32 | UInt64(~$0.number) }
    places = starts.map { $0.place }
    weights = phrases.map(\.weight)
    maxima = RangeMaximum(values)
    index = TermIndex(Entries(keys: keys, keyStarts: keyStarts, values: values, places: places), finds: .beginnings)
    self.keys = keys
    self.keyStarts = keyStarts
    self.texts = texts
    self.textStarts = textStarts
    self.table = table
  }

  /// The number of the phrase with this key.
  func number(ofKey key: Span<UInt8>, _ range: Range<Int>) -> Int? {
    table.number(key, range, bytes: keys.span, starts: keyStarts.span)
  }

  func phrase(_ number: Int) -> Suggester.Phrase {
    Suggester.Phrase(
      key: String(decoding: keys[keyRange(number)], as: UTF8.self),
      text: String(decoding: texts[Int(textStarts[number])..<Int(textStarts[number + 1])], as: UTF8.self),
      weight: weights[number])
  }

  /// Whether the other layer has a phrase with this one's key.
  func isIn(_ other: SuggestionLayer, _ number: Int) -> Bool {
    other.number(ofKey: keys.span, keyRange(number)) != nil
  }

  /// Whether a phrase's key comes before the one of another layer's phrase.
  func key(_ number: Int, precedes other: SuggestionLayer, _ otherNumber: Int) -> Bool {
    Self.compare(keys.span, keyRange(number), other.keys.span, other.keyRange(otherNumber)) < 0
  }

  /// The place of the weightiest entry in a range.
  func weightiest(in range: Range<Int>) -> Int { maxima.place(in: range, of: values.span) }

  /// The entries that start with a prefix.
  func entries(startingWith prefix: Span<UInt8>) -> Range<Int> {
    bound(prefix, passing: false)..<bound(prefix, passing: true)
  }

  /// The first entry that does not come before a prefix or, when `passing`, that comes behind all that start with it.
  private func bound(_ prefix: Span<UInt8>, passing: Bool) -> Int {
    var low = 0
    var high = values.count
    let bytes = keys.span
    while low < high {
      let middle = (low + high) / 2
      let place = Int(places[middle])
      let end = min(Int(keyStarts[number(middle) + 1]), place + prefix.count)
      let order = Self.compare(bytes, place..<end, prefix, 0..<prefix.count)
      if passing ? order <= 0 : order < 0 { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The ranges of entries that start within `edits` edits of a prefix, its first letter kept, and the fewest edits of
  /// each.
  func forEachRange(near prefix: Span<UInt8>, edits: Int, _ body: (Range<Int>, Int) -> Void) {
    let entries = Entries(keys: keys, keyStarts: keyStarts, values: values, places: places)
    index.forEachTerm(near: prefix, edits: edits, part: .beginning, keeping: 1, in: entries, body)
  }

  /// The number of an entry's phrase.
  @inline(__always)
  func number(_ entry: Int) -> Int { Int(~UInt32(truncatingIfNeeded: values[entry])) }

  private func keyRange(_ number: Int) -> Range<Int> { Int(keyStarts[number])..<Int(keyStarts[number + 1]) }

  /// The first eight bytes, the first the most significant, with zeros behind the end.
  private static func beginning(_ bytes: Span<UInt8>, _ place: Int, _ end: Int) -> UInt64 {
    var beginning: UInt64 = 0
    for index in place..<place + 8 { beginning = beginning << 8 | (index < end ? UInt64(bytes[index]) : 0) }
    return beginning
  }

  private static func compare(
    _ left: Span<UInt8>, _ leftRange: Range<Int>, _ right: Span<UInt8>, _ rightRange: Range<Int>
  ) -> Int {
    let shared = min(leftRange.count, rightRange.count)
    for index in 0..<shared {
      let difference = Int(left[leftRange.lowerBound + index]) - Int(right[rightRange.lowerBound + index])
      if difference != 0 { return difference }
    }
    return leftRange.count - rightRange.count
  }

  /// The entries as terms.
  private struct Entries: SortedTerms {
    let keys: [UInt8]
    let keyStarts: [UInt32]
    let values: [UInt64]
    let places: [UInt32]

    var count: Int { values.count }

    func readTerm(_ index: Int, into buffer: inout [UInt8]) {
      let number = Int(~UInt32(truncatingIfNeeded: values[index]))
      buffer.removeAll(keepingCapacity: true)
      buffer.append(contentsOf: keys[Int(places[index])..<Int(keyStarts[number + 1])])
    }
  }
}
