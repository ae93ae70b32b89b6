internal import DurableFiles

/// Which cluster a log mirrors: a small file beside the log.
///
/// Two lines of text: `xopix-cluster 1`, which names the format and its version, and `id ` with what the cluster calls
/// itself. It is written before the first record is, and never changed.
struct ClusterIdentity {
  static let header = "xopix-cluster 1"

  let path: String

  /// The cluster that was mirrored before; nil where none was.
  func read() throws(ClusterError) -> String? {
    guard Files.exists(path) else { return nil }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path) } catch { throw .storage(error) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw damaged("it is not text") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first.map(String.init) == Self.header else {
      throw damaged("it does not begin with \"\(Self.header)\"")
    }
    guard lines.count == 3, lines[2].isEmpty, lines[1].hasPrefix("id "), lines[1].count > 3 else {
      throw damaged("it has no line with an id")
    }
    return String(lines[1].dropFirst(3))
  }

  /// Notes the cluster that is mirrored from now on.
  func write(_ id: String) throws(ClusterError) {
    let text = "\(Self.header)\nid \(id)\n"
    do throws(FileError) { try Files.replace(path, with: Array(text.utf8)) } catch { throw .storage(error) }
  }

  private func damaged(_ reason: String) -> ClusterError { .damagedIdentity(path: path, reason: reason) }
}
