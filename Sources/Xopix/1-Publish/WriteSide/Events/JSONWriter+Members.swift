internal import JSONBytes
internal import ShopEvents

/// Members by kind; those that are nil are left out.
extension JSONWriter {
  mutating func member(_ name: String, _ value: String?) {
    guard let value else { return }
    key(name)
    string(value)
  }

  mutating func member(_ name: String, _ value: Int?) {
    guard let value else { return }
    key(name)
    integer(Int64(value))
  }

  mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  /// An exact decimal, never a binary fraction.
  mutating func member(_ name: String, _ value: Money?) {
    guard let value else { return }
    key(name)
    numberText(value.description)
  }

  mutating func member(_ name: String, _ values: [String]) {
    key(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }
}
