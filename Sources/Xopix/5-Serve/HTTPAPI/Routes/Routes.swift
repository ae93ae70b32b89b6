internal import HTTPTypes

/// The table of endpoints. What is not here does not exist: requests are checked by it, and `/openapi.json` is written
/// from it.
enum Routes {
  /// Every endpoint, in the order of the document.
  static let all = search + products + events + analytics + fraud + monitoring + administration + service + pages

  /// The endpoint of each operation.
  static let byOperation = Dictionary(uniqueKeysWithValues: all.map { ($0.operation, $0) })

  /// The methods that a path takes; none where nothing is there. HEAD goes wherever GET does.
  static func methods(ofPath path: String) -> [HTTPRequest.Method] {
    let parts = path.split(separator: "/")
    var methods: [HTTPRequest.Method] = []
    for route in all where matches(route.path.split(separator: "/"), parts) {
      methods.append(route.method)
      if route.method == .get { methods.append(.head) }
    }
    return methods
  }

  private static func matches(_ template: [Substring], _ parts: [Substring]) -> Bool {
    var index = 0
    for piece in template {
      if piece == "{path}" { return index < parts.count }
      guard index < parts.count, piece.hasPrefix("{") || piece == parts[index] else { return false }
      index += 1
    }
    return index == parts.count
  }
}
