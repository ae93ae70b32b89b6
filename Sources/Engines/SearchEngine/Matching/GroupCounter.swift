/// Counts in how many of several sets each document is, 64 documents at a time: a set for each binary digit of the counts.
struct GroupCounter {
  private let capacity: Int
  /// The lowest digit first.
  private var digits: [DocumentSet] = []

  init(capacity: Int) { self.capacity = capacity }

  mutating func add(_ set: DocumentSet) {
    var carry = set
    for index in digits.indices {
      var both = digits[index]
      both.formIntersection(carry)
      digits[index].formSymmetricDifference(carry)
      carry = both
    }
    if !carry.isEmpty { digits.append(carry) }
  }

  /// The documents that are in at least `least` of the sets.
  func documents(atLeast least: Int) -> DocumentSet {
    guard least > 0 else { return DocumentSet(capacity: capacity, full: true) }
    guard least >> digits.count == 0 else { return DocumentSet(capacity: capacity) }
    // From the highest digit on: counts that are equal so far, and counts that are greater already.
    var equal = DocumentSet(capacity: capacity, full: true)
    var greater = DocumentSet(capacity: capacity)
    for (index, digit) in digits.enumerated().reversed() {
      var both = equal
      both.formIntersection(digit)
      if least >> index & 1 == 0 {
        greater.formUnion(both)
        equal.subtract(digit)
      } else {
        equal = both
      }
    }
    greater.formUnion(equal)
    return greater
  }
}
