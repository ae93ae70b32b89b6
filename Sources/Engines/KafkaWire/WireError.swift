/// Why bytes are not the message that they should be.
public enum WireError: Error, Equatable, CustomStringConvertible {
  /// The bytes end within a field.
  case truncated(field: String)
  /// A length or count that can't be: negative, or more than the bytes that are left.
  case invalidLength(field: String, length: Int64)
  /// A text that is not UTF-8.
  case invalidText(field: String)
  /// A field that must be there is null.
  case unexpectedNull(field: String)
  /// A variable-length number of more than 32 bits.
  case invalidVarint
  /// Tagged fields that are not in the order of their tags, or there twice.
  case unorderedTags
  /// More elements than ``WireReader/mostElements`` in all arrays together.
  case tooManyElements(field: String)
  /// A frame longer than the broker takes, or of a negative length.
  case invalidFrame(length: Int64, limit: Int)

  /// One line.
  public var description: String {
    switch self {
    case .truncated(let field): "the message ends within \(field)"
    case .invalidLength(let field, let length): "\(field) has a length of \(length)"
    case .invalidText(let field): "\(field) is not UTF-8"
    case .unexpectedNull(let field): "\(field) is null"
    case .invalidVarint: "a variable-length number is too long"
    case .unorderedTags: "tagged fields are out of order"
    case .tooManyElements(let field): "there are too many elements, up to \(field)"
    case .invalidFrame(let length, let limit): "a frame of \(length) bytes; at most \(limit) are taken"
    }
  }
}
