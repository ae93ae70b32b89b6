internal import ByteCoding
internal import Projections

/// What a checkpoint keeps of the catalogue model: the manifests of its parts.
struct CatalogueManifest {
  /// What the index's columns and words were made by: ``CatalogueDefinition/shape``.
  let shape: String
  let index: [UInt8]
  let signals: [UInt8]
  let queries: [UInt8]

  init(shape: String, index: [UInt8], signals: [UInt8], queries: [UInt8]) {
    self.shape = shape
    self.index = index
    self.signals = signals
    self.queries = queries
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.writePrefixed(shape)
    writer.writePrefixed(index)
    writer.writePrefixed(signals)
    writer.writePrefixed(queries)
    return writer.bytes
  }

  init(bytes: [UInt8], directory: String) throws(ProjectionError) {
    do throws(ByteReaderError) {
      var reader = ByteReader(bytes.rawBytes)
      shape = try reader.readPrefixedString()
      index = try reader.readPrefixedBytes()
      signals = try reader.readPrefixedBytes()
      queries = try reader.readPrefixedBytes()
    } catch {
      throw .damagedFile(path: directory, reason: "its manifest in the checkpoint ends early")
    }
  }
}
