/// The documents that any of several matchers match in a segment, with the sums of what they add to their scores.
struct MatchUnion {
  /// Ascending, deleted ones included.
  private(set) var documents: [UInt32] = []
  private(set) var sums: [Double] = []

  /// Documents in a window, in which sums are made side by side.
  private static let windowSize = 4096

  init(_ parts: [ScoredMatch], documentCount: Int) {
    // Safety: there is a sum for each document of a window, and a number for each of a run.
    unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.windowSize + BitPacking.blockCount) { buffer in
      let window = unsafe buffer.baseAddress.unsafelyUnwrapped
      let added = unsafe window + Self.windowSize
      unsafe window.initialize(repeating: 0, count: Self.windowSize)
      while let first = parts.lazy.compactMap(\.cursor.next).min() {
        let start = first / Self.windowSize * Self.windowSize
        for part in parts {
          unsafe part.cursor.visitRuns(upTo: start + Self.windowSize) { run in
            unsafe part.fill(run, into: added)
            for index in 0..<(unsafe run.count) {
              unsafe window[Int(run.documents[index]) &- start] += added[index]
            }
          }
        }
        for local in 0..<Self.windowSize where unsafe window[local] != 0 {
          documents.append(UInt32(start + local))
          unsafe sums.append(window[local])
          unsafe window[local] = 0
        }
      }
    }
  }
}
