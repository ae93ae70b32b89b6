/// What it costs to write one word for another, by ``SpellingWeights``.
struct EditCost {
  let weights: SpellingWeights
  let traits: LetterTraits
  /// Three rows of the table of costs.
  private var rows: [Float] = [Float](repeating: 0, count: 3 * (Letters.longest + 3))

  init(_ weights: SpellingWeights) {
    self.weights = weights
    traits = .shared
  }

  /// The least cost of the edits that turn `meant` into `typed`.
  mutating func between(typed: Span<UInt32>, meant: Span<UInt32>) -> Float {
    var first = 0
    while first < typed.count, first < meant.count, typed[first] == meant[first] { first += 1 }
    var typedEnd = typed.count
    var meantEnd = meant.count
    while typedEnd > first, meantEnd > first, typed[typedEnd - 1] == meant[meantEnd - 1] {
      typedEnd -= 1
      meantEnd -= 1
    }
    if typedEnd == first, meantEnd == first { return 0 }
    let width = Letters.longest + 3
    // rows[r % 3] holds the costs for the first r letters of what differs in `typed`.
    rows[0] = 0
    for column in first..<meantEnd {
      rows[column - first + 1] = rows[column - first] + missing(meant, column, typedBefore: first == 0)
    }
    for row in first..<typedEnd {
      let current = (row - first + 1) % 3 * width
      let above = (row - first) % 3 * width
      let twoAbove = (row - first + 2) % 3 * width
      rows[current] = rows[above] + extra(typed, row, meant.count)
      for column in first..<meantEnd {
        let place = column - first
        var cost: Float
        if typed[row] == meant[column] {
          cost = rows[above + place]
        } else {
          cost = rows[above + place] + substitution(typed, row, meant, column)
          if row > first, column > first, typed[row] == meant[column - 1], typed[row - 1] == meant[column] {
            cost = min(cost, rows[twoAbove + place - 1] + weights.swap + (row == 1 ? weights.firstLetter : 0))
          }
        }
        cost = min(cost, rows[above + place + 1] + extra(typed, row, meant.count))
        cost = min(cost, rows[current + place] + missing(meant, column, typedBefore: row == 0))
        rows[current + place + 1] = cost
      }
    }
    return rows[(typedEnd - first) % 3 * width + meantEnd - first]
  }

  @inline(__always)
  private func substitution(_ typed: Span<UInt32>, _ row: Int, _ meant: Span<UInt32>, _ column: Int) -> Float {
    let left = traits.of(typed[row])
    let right = traits.of(meant[column])
    var cost = weights.substitution
    if left.group != 0, left.group == right.group {
      cost = min(cost, left.isArabicGroup ? weights.likeArabicLetter : weights.likeLetter)
    }
    if left.isNear(right) { cost = min(cost, weights.nearKey) }
    if row == 0 || column == 0 { cost += weights.firstLetter }
    if row == typed.count - 1, column == meant.count - 1 { cost += weights.lastLetter }
    return cost
  }

  @inline(__always)
  private func missing(_ meant: Span<UInt32>, _ column: Int, typedBefore: Bool) -> Float {
    let letter = meant[column]
    let isDouble = column > 0 && meant[column - 1] == letter || column + 1 < meant.count && meant[column + 1] == letter
    if isDouble { return weights.missingDouble }
    let cost = traits.of(letter).isVowel ? weights.missingVowel : weights.missingLetter
    return cost + (column == 0 ? weights.firstLetter : 0) + (column == meant.count - 1 ? weights.lastLetter : 0)
  }

  @inline(__always)
  private func extra(_ typed: Span<UInt32>, _ row: Int, _ meantCount: Int) -> Float {
    let letter = typed[row]
    let isDouble = row > 0 && typed[row - 1] == letter || row + 1 < typed.count && typed[row + 1] == letter
    if isDouble { return weights.extraDouble }
    let cost = traits.of(letter).isVowel ? weights.extraVowel : weights.extraLetter
    return cost + (row == 0 ? weights.firstLetter : 0) + (row == typed.count - 1 ? weights.lastLetter : 0)
  }
}
