internal import DurableFiles

/// What the broker of a data directory calls its cluster: chosen once at random, so that who follows it recognises a
/// directory that was made anew.
///
/// Sixteen random bytes in base 64, as Kafka's own ids are: 22 characters of `A-Z a-z 0-9 - _`, with a newline.
enum ClusterID {
  private static let length = 22
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The id in the file, which is made where it does not exist.
  static func readOrMake(
    at path: String, using generator: inout some RandomNumberGenerator
  ) throws -> String {
    if Files.exists(path) {
      let bytes = try Files.read(path)
      guard bytes.count == length + 1, bytes.last == UInt8(ascii: "\n"),
        bytes.dropLast().allSatisfy(alphabet.contains)
      else {
        throw StartFailure.damagedData(
          reason: "\(path) is not the id of a cluster; restore it from a copy, or remove it to get another id, which "
            + "those who follow this broker refuse")
      }
      return String(decoding: bytes.dropLast(), as: UTF8.self)
    }
    let id = make(using: &generator)
    try Files.replace(path, with: Array("\(id)\n".utf8))
    return id
  }

  private static func make(using generator: inout some RandomNumberGenerator) -> String {
    // 22 times 6 bits are 132: the last character holds 2 bits of the 128 only.
    let characters = (0..<length).map { place in
      alphabet[
        Int(UInt8.random(in: 0..<(place == length - 1 ? 4 : 64), using: &generator)) * (place == length - 1 ? 16 : 1)]
    }
    // An id that begins with a dash is taken for an option by command lines.
    return characters[0] == UInt8(ascii: "-") ? make(using: &generator) : String(decoding: characters, as: UTF8.self)
  }
}
