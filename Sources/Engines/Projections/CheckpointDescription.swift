internal import RecordBatches

/// What a checkpoint file says, for people.
public enum CheckpointDescription {
  /// The lines that describe the checkpoint in `bytes`; throws where it is damaged.
  ///
  /// - Parameter path: the file's path, for the message.
  public static func lines(of bytes: [UInt8], path: String) throws(ProjectionError) -> [String] {
    let checkpoint = try ProjectionCheckpoint.decode(bytes, path: path)
    var lines = [
      "checkpoint \(checkpoint.number), format \(ProjectionCheckpoint.formatVersion)",
      "next batch: \(checkpoint.nextOrdinal)",
      "records: \(checkpoint.statistics.read) read, \(checkpoint.statistics.applied) applied, "
        + "\(checkpoint.statistics.duplicates) duplicates",
    ]
    for (partition, offset) in checkpoint.position.nextOffsets.sorted(by: { $0.key < $1.key }) {
      lines.append("read \(partition) up to \(offset.rawValue)")
    }
    for (partition, offset) in checkpoint.outputEnds.nextOffsets.sorted(by: { $0.key < $1.key }) {
      lines.append("wrote \(partition) up to \(offset.rawValue)")
    }
    for (topic, count) in checkpoint.statistics.rejected.sorted(by: { $0.key < $1.key }) {
      lines.append("refused of \(topic): \(count)")
    }
    for (model, manifest) in checkpoint.modelManifests.sorted(by: { $0.key < $1.key }) {
      lines.append("model \(model): manifest of \(manifest.count) bytes")
    }
    return lines
  }
}
