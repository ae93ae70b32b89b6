/// JSON Merge Patch (RFC 7396).
public enum JSONMergePatch {
  /// `target` as `patch` changes it: members are merged, null takes a member out, anything else replaces.
  public static func apply(patch: JSONValue, to target: JSONValue) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var result: JSONObject
    if case .object(let object) = target { result = object } else { result = JSONObject() }
    for (name, change) in changes.members {
      result[name] = change == .null ? nil : apply(patch: change, to: result[name] ?? .null)
    }
    return .object(result)
  }
}
