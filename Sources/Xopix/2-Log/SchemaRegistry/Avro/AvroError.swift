/// Why a text is no schema of Avro.
enum AvroError: Error, Equatable, CustomStringConvertible {
  case notJSON(String)
  case invalid(path: String, reason: String)

  var description: String {
    switch self {
    case .notJSON(let reason): reason
    case .invalid(let path, let reason): "\(path.isEmpty ? "/" : path): \(reason)"
    }
  }
}
