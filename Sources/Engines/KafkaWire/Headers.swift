extension RequestHeader {
  /// Reads the header of a frame, in the version that the API and its version ask for.
  ///
  /// An unknown API has the plain header, as far as anybody can tell.
  public static func read(from reader: inout WireReader) throws(WireError) -> RequestHeader {
    var peek = reader
    let key: Int16 = try peek.readInteger(field: "RequestApiKey")
    let version: Int16 = try peek.readInteger(field: "RequestApiVersion")
    let isFlexible = APIKey(rawValue: key).map { version >= $0.firstFlexibleVersion } ?? false
    return try RequestHeader(reading: &reader, version: isFlexible ? 2 : 1)
  }
}

extension WireWriter {
  /// The header of a response. That of ApiVersions never has tagged fields, so that clients can read it whatever they
  /// know (KIP-511).
  public mutating func writeResponseHeader(apiKey: Int16, version: Int16, correlationID: Int32) {
    var header = ResponseHeader()
    header.correlationID = correlationID
    header.write(to: &self, version: Self.responseHeaderVersion(apiKey: apiKey, version: version))
  }

  /// The header of a request.
  public mutating func writeRequestHeader(_ header: RequestHeader) {
    let first = APIKey(rawValue: header.requestApiKey)?.firstFlexibleVersion ?? .max
    header.write(to: &self, version: header.requestApiVersion >= first ? 2 : 1)
  }

  /// The version of the response's header.
  public static func responseHeaderVersion(apiKey: Int16, version: Int16) -> Int16 {
    guard let key = APIKey(rawValue: apiKey), key != .apiVersions else { return 0 }
    return version >= key.firstFlexibleVersion ? 1 : 0
  }
}
