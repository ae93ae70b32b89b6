/// Counts documents by the numbers of their lists.
///
/// Where there are few lists, neighbouring documents count in tables of their own, which are added up at the end: counting the
/// same list twice in a row would wait for the first count to be written.
// Safety: `counts` is allocated in `init` with `lists` counts for each table, and freed in `deinit`; a list is checked to be
// below `lists` before it counts.
@safe final class ListTally {
  private let lists: Int
  private let tables: Int
  private let counts: UnsafeMutablePointer<UInt32>

  /// The most lists for which there are several tables: these fit into the fastest cache.
  private static let mostOfSeveral = 1024
  private static let several = 4

  init(lists: Int) {
    self.lists = lists
    tables = lists <= Self.mostOfSeveral ? Self.several : 1
    unsafe counts = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, lists * tables))
    unsafe counts.initialize(repeating: 0, count: lists * tables)
  }

  deinit { unsafe counts.deallocate() }

  /// Counts the documents of a set, whose list is what `list` says.
  @inline(__always)
  func count(_ set: DocumentSet, _ list: (Int) -> Int) {
    let (lists, counts) = unsafe (lists, counts)
    // Where there is one table, it is taken each time.
    let step = tables > 1 ? lists : 0
    let (second, third, fourth) = unsafe (counts + step, counts + 2 * step, counts + 3 * step)
    func count(_ document: Int, _ table: UnsafeMutablePointer<UInt32>) {
      let number = list(document)
      precondition(number < lists, "a segment's table points outside of it")
      unsafe table[number] &+= 1
    }
    set.forEachWord { first, word in
      var word = word
      if word == .max {
        var document = first
        while document < first &+ 64 {
          unsafe count(document, counts)
          unsafe count(document &+ 1, second)
          unsafe count(document &+ 2, third)
          unsafe count(document &+ 3, fourth)
          document &+= 4
        }
        return
      }
      while word != 0 {
        unsafe count(first &+ word.trailingZeroBitCount, counts)
        word &= word &- 1
        guard word != 0 else { return }
        unsafe count(first &+ word.trailingZeroBitCount, second)
        word &= word &- 1
      }
    }
  }

  /// Adds what was counted, by list.
  func add(to total: inout [UInt32]) {
    for table in 0..<tables {
      for list in 0..<lists { unsafe total[list] &+= counts[table &* lists &+ list] }
    }
  }
}
