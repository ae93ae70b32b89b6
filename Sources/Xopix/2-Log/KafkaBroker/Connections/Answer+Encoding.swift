internal import EventLog
internal import KafkaWire
internal import NIOCore

extension Answer {
  /// The frame of a response: its length, its header and itself.
  static func encode(
    _ response: some WireMessage, apiKey: Int16, version: Int16, correlationID: Int32, slices: [LogSlice]
  ) -> Answer {
    var writer = WireWriter()
    writer.writeInteger(Int32(0))
    writer.writeResponseHeader(apiKey: apiKey, version: version, correlationID: correlationID)
    response.write(to: &writer, version: version)
    let holes = writer.holes
    var buffer = writer.buffer
    let byteCount = buffer.readableBytes + holes.reduce(0) { $0 + $1.byteCount }
    buffer.setInteger(Int32(byteCount - 4), at: buffer.readerIndex)
    return Answer(buffer: buffer, holes: holes, slices: slices)
  }
}
