internal import DurableFiles

/// The generations of a data directory: each a directory that holds every read model of one build.
///
/// The live one is named by the file `CURRENT`, which is replaced atomically, so that there is always exactly one.
public struct GenerationStore: Sendable {
  private let directory: String

  /// The generations under `directory`, which is made where it does not exist.
  public init(directory: String) throws {
    self.directory = directory
    try Files.createDirectory(directory)
  }

  /// The live generation's name, e.g. `g-000001`; nil before the first one.
  public func live() throws -> String? {
    let path = directory + "/CURRENT"
    guard Files.exists(path) else { return nil }
    let name = String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n").first.map(String.init)
    guard let name, Self.number(of: name) != nil else {
      throw ProjectionError.damagedFile(path: path, reason: "it does not name a generation")
    }
    return name
  }

  /// The names of all generations, oldest first.
  public func all() throws -> [String] {
    try Files.list(directory).filter { Self.number(of: $0) != nil }
      .sorted { Self.number(of: $0) ?? 0 < Self.number(of: $1) ?? 0 }
  }

  /// The directory of the generation `name`.
  public func path(of name: String) -> String { directory + "/" + name }

  /// Makes the directory of a new generation and returns its name.
  public func create() throws -> String {
    let last = try all().last.flatMap(Self.number(of:)) ?? 0
    let digits = String(last + 1)
    let name = "g-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    try Files.createDirectory(path(of: name))
    return name
  }

  /// Makes `name` the live generation.
  public func activate(_ name: String) throws {
    try Files.replace(directory + "/CURRENT", with: Array((name + "\n").utf8))
  }

  /// Removes a generation that is not live.
  public func remove(_ name: String) throws {
    guard try live() != name else { return }
    try Files.removeTree(path(of: name))
  }

  /// Removes the oldest generations that are not live until at most `count` are left.
  public func prune(keeping count: Int) throws {
    let live = try live()
    let others = try all().filter { $0 != live }
    let room = live == nil ? count : count - 1
    for name in others.dropLast(max(0, room)) { try remove(name) }
  }

  private static func number(of name: String) -> Int? {
    let digits = name.dropFirst(2)
    guard name.hasPrefix("g-"), digits.count >= 6, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int(digits)
  }
}
