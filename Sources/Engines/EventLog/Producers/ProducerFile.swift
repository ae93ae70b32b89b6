internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

/// What a partition knew of its producers at one of its offsets: the file `producers` in the partition's directory.
///
/// A hint, as the index of a segment is: where it is wrong or of another offset, the batches are read again.
enum ProducerFile {
  static let fileName = "producers"
  private static let magic = Array("XOPIXPRD".utf8)
  private static let version: UInt32 = 1

  /// The states as of the offset that is given too; nil where there is no file that can be trusted.
  static func read(directory: String) -> (states: ProducerStates, offset: Offset)? {
    guard let bytes = try? Files.read(directory + "/" + fileName), bytes.count > 16 else { return nil }
    let content = Array(bytes.dropLast(4))
    let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard content.starts(with: magic), stored == Checksum.crc32c(content) else { return nil }
    return try? decode(content)
  }

  private static func decode(_ content: [UInt8]) throws(ByteReaderError) -> (ProducerStates, Offset)? {
    var reader = ByteReader(content.rawBytes)
    try reader.skip(magic.count)
    guard try reader.read(UInt32.self) == version else { return nil }
    let offset = Offset(rawValue: try reader.read())
    var producers: [Int64: ProducerStates.Producer] = [:]
    for _ in 0..<(try reader.readCount()) {
      let id = try reader.read(Int64.self)
      var producer = ProducerStates.Producer(epoch: try reader.read(), lastHeard: try reader.read())
      let open = try reader.read(Int64.self)
      producer.openSince = open < 0 ? nil : Offset(rawValue: open)
      for _ in 0..<(try reader.readCount()) {
        producer.batches.append(
          ProducerStates.Batch(
            firstSequence: try reader.read(), lastSequence: try reader.read(),
            baseOffset: Offset(rawValue: try reader.read()), lastOffset: Offset(rawValue: try reader.read()),
            timestamp: try reader.read()))
      }
      producers[id] = producer
    }
    var aborted: [AbortedTransaction] = []
    for _ in 0..<(try reader.readCount()) {
      aborted.append(
        AbortedTransaction(
          producerID: try reader.read(), firstOffset: Offset(rawValue: try reader.read()),
          lastOffset: Offset(rawValue: try reader.read())))
    }
    return (ProducerStates(producers: producers, aborted: aborted), offset)
  }

  static func write(_ states: ProducerStates, at offset: Offset, directory: String) throws(FileError) {
    var writer = ByteWriter()
    writer.writeBytes(magic)
    writer.write(version)
    writer.write(offset.rawValue)
    writer.writeVarint(UInt64(states.producers.count))
    for (id, producer) in states.producers.sorted(by: { $0.key < $1.key }) {
      writer.write(id)
      writer.write(producer.epoch)
      writer.write(producer.lastHeard)
      writer.write(producer.openSince?.rawValue ?? -1)
      writer.writeVarint(UInt64(producer.batches.count))
      for batch in producer.batches {
        writer.write(batch.firstSequence)
        writer.write(batch.lastSequence)
        writer.write(batch.baseOffset.rawValue)
        writer.write(batch.lastOffset.rawValue)
        writer.write(batch.timestamp)
      }
    }
    writer.writeVarint(UInt64(states.aborted.count))
    for transaction in states.aborted {
      writer.write(transaction.producerID)
      writer.write(transaction.firstOffset.rawValue)
      writer.write(transaction.lastOffset.rawValue)
    }
    writer.write(Checksum.crc32c(writer.bytes))
    try Files.replaceUnsynced(directory + "/" + fileName, with: writer.bytes)
  }
}
