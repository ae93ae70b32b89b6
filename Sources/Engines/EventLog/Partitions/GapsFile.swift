internal import DurableFiles

/// Tells that offsets of a partition may be missing, whatever its topic's settings are by now: the file `gaps` in the
/// partition's directory, which is empty.
enum GapsFile {
  static let fileName = "gaps"

  static func exists(directory: String) -> Bool { Files.exists(directory + "/" + fileName) }

  static func write(directory: String) throws(EventLogError) {
    do throws(FileError) { try Files.replace(directory + "/" + fileName, with: []) } catch { throw .storage(error) }
  }
}
