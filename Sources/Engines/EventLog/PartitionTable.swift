internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// The log's partitions in the order of their numbers, which the order journal uses: the file `partitions`.
///
/// Magic, version (4), count (varint), then topic and partition of each, and the CRC-32C of all before it.
struct PartitionTable {
  static let fileName = "partitions"
  private static let magic = Array("XOPIXPAR".utf8)
  private static let version: UInt32 = 1

  static func read(directory: String) throws(EventLogError) -> [TopicPartition] {
    let path = directory + "/" + fileName
    guard Files.exists(path) else { return [] }
    let bytes: [UInt8]
    do throws(FileError) { bytes = try Files.read(path) } catch { throw .storage(error) }
    let content = Array(bytes.dropLast(4))
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard bytes.count > 16, content.starts(with: magic), stored == Checksum.crc32c(content) else {
      throw .damaged(file: path, position: 0, reason: "its checksum is wrong")
    }
    do throws(ByteReaderError) {
      var reader = ByteReader(content.rawBytes)
      try reader.skip(magic.count)
      let found = try reader.read(UInt32.self)
      guard found == version else {
        throw ByteReaderError.malformedText(offset: magic.count)
      }
      var partitions: [TopicPartition] = []
      for _ in 0..<(try reader.readCount()) {
        let topic = try reader.readPrefixedString()
        partitions.append(TopicPartition(topic: topic, partition: Int32(truncatingIfNeeded: try reader.readVarint())))
      }
      return partitions
    } catch {
      throw .damaged(
        file: path, position: 0, reason: "it was written by another version of Xopix, or is damaged: \(error)")
    }
  }

  static func write(_ partitions: [TopicPartition], directory: String) throws(EventLogError) {
    var writer = ByteWriter()
    writer.writeBytes(magic)
    writer.write(version)
    writer.writeVarint(UInt64(partitions.count))
    for partition in partitions {
      writer.writePrefixed(partition.topic)
      writer.writeVarint(UInt64(partition.partition))
    }
    writer.write(Checksum.crc32c(writer.bytes))
    do throws(FileError) {
      try Files.replace(directory + "/" + fileName, with: writer.bytes)
    } catch {
      throw .storage(error)
    }
  }
}
