/// The greatest of the values in any range of a fixed list, in constant time: a table of the greatest in runs of blocks
/// (Bender and Farach-Colton, "The LCA problem revisited", 2000), and a look through the blocks at a range's ends.
struct RangeMaximum: Sendable {
  private static let block = 16
  /// For each level l, the place of the greatest value in the 2^l blocks from each block on.
  private var levels: [[UInt32]] = []

  var byteCount: Int { levels.reduce(0) { $0 + $1.count * 4 } }

  init(_ values: [UInt64]) {
    let blocks = (values.count + Self.block - 1) / Self.block
    guard blocks > 0 else { return }
    levels.append(
      (0..<blocks).map { block in
        UInt32(Self.greatest(values.span, block * Self.block, min(values.count, (block + 1) * Self.block)))
      })
    var width = 1
    while width * 2 <= blocks {
      let below = levels[levels.count - 1]
      levels.append(
        (0...blocks - width * 2).map { block in
          values[Int(below[block + width])] > values[Int(below[block])] ? below[block + width] : below[block]
        })
      width *= 2
    }
  }

  /// The place of the greatest value in a range that is not empty; of equal ones, of any.
  func place(in range: Range<Int>, of values: Span<UInt64>) -> Int {
    let firstBlock = (range.lowerBound + Self.block - 1) / Self.block
    let endBlock = range.upperBound / Self.block
    guard firstBlock < endBlock else { return Self.greatest(values, range.lowerBound, range.upperBound) }
    let level = (endBlock - firstBlock).bitWidth - 1 - (endBlock - firstBlock).leadingZeroBitCount
    var best = Int(levels[level][firstBlock])
    let other = Int(levels[level][endBlock - (1 << level)])
    if values[other] > values[best] { best = other }
    if firstBlock * Self.block > range.lowerBound {
      let other = Self.greatest(values, range.lowerBound, firstBlock * Self.block)
      if values[other] > values[best] { best = other }
    }
    if endBlock * Self.block < range.upperBound {
      let other = Self.greatest(values, endBlock * Self.block, range.upperBound)
      if values[other] > values[best] { best = other }
    }
    return best
  }

  private static func greatest(_ values: Span<UInt64>, _ first: Int, _ end: Int) -> Int {
    var best = first
    var value = values[first]
    for place in first..<end where values[place] > value {
      value = values[place]
      best = place
    }
    return best
  }
}
