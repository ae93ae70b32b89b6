/// What one occurrence of a term counts, by text field and length: the field's weight, normalised by length.
// Safety: the memory is allocated and filled in `init`, never changed after that, and freed once, in `deinit`.
@safe final class FieldNorms: @unchecked Sendable {
  private let fieldCount: Int
  private let memory: UnsafeMutablePointer<Double>
  /// How repetition counts.
  let saturation: Saturation

  /// - Parameters:
  ///   - weights: for each text field how much a word in it counts.
  ///   - totalLengths: for each text field the number of words in all documents.
  init(definition: IndexDefinition, weights: [Double], totalLengths: [Int], documentCount: Int) {
    saturation = Saturation(k1: definition.saturation)
    fieldCount = weights.count
    unsafe memory = UnsafeMutablePointer<Double>.allocate(capacity: max(1, fieldCount * 256))
    for (field, (weight, b)) in zip(weights, definition.textNormalizations).enumerated() {
      let mean = max(1e-9, documentCount > 0 ? Double(totalLengths[field]) / Double(documentCount) : 1)
      for code in 0..<256 {
        let length = Double(FieldLength.length(UInt8(code)))
        unsafe (memory + field * 256 + code).initialize(
          to: weight / (1 - b + b * length / mean))
      }
    }
  }

  deinit { unsafe memory.deallocate() }

  /// The values: weight / (1 − b + b · length / mean length), 256 for each field.
  @unsafe var base: UnsafePointer<Double> { unsafe UnsafePointer(memory) }

  @inline(__always)
  func value(field: Int, code: UInt8) -> Double {
    precondition(field < fieldCount, "there is no such text field")
    return unsafe memory[field * 256 + Int(code)]
  }

  /// The most by which any of the values exceeds that of `other`, as a factor.
  func excess(over other: FieldNorms) -> Double {
    var factor = 0.0
    for field in 0..<fieldCount {
      for code in 0..<256 {
        factor = max(
          factor, value(field: field, code: UInt8(code)) / other.value(field: field, code: UInt8(code)))
      }
    }
    return factor
  }
}
