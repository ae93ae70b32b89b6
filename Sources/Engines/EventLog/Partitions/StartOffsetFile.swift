internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// The offset before which a partition's records were deleted: the file `start-offset` in the partition's directory.
///
/// Magic, version (4), offset (8), CRC-32C of all before it.
enum StartOffsetFile {
  static let fileName = "start-offset"
  private static let magic = Array("XOPIXSTA".utf8)
  private static let version: UInt32 = 1

  /// The offset; 0 where nothing was deleted.
  static func read(directory: String) throws(EventLogError) -> Offset {
    let path = directory + "/" + fileName
    guard Files.exists(path) else { return Offset(rawValue: 0) }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path) } catch { throw .storage(error) }
    do {
      var reader = ByteReader(bytes.rawBytes)
      let isKnown = try reader.readBytes(magic.count) == magic && reader.read(UInt32.self) == version
      let offset = try reader.read(Int64.self)
      let checksum = try reader.read(UInt32.self)
      if isKnown, checksum == Checksum.crc32c(bytes.rawBytes.extracting(0..<20)) { return Offset(rawValue: offset) }
    } catch {
      // Too short: as wrong as one whose checksum is.
    }
    throw .damaged(file: path, position: 0, reason: "its checksum is wrong, or another version wrote it")
  }

  static func write(_ offset: Offset, directory: String) throws(EventLogError) {
    var writer = ByteWriter()
    writer.writeBytes(magic)
    writer.write(version)
    writer.write(offset.rawValue)
    writer.write(Checksum.crc32c(writer.bytes))
    do throws(FileError) {
      try Files.replace(directory + "/" + fileName, with: writer.bytes)
    } catch {
      throw .storage(error)
    }
  }
}
