internal import CatalogueModel
internal import EventLog
internal import HTTPAPI
internal import Projections
internal import RecordBatches
internal import SearchEngine
internal import Telemetry

/// What `/metrics` says of the log and the read models.
enum ServerMetrics {
  static func register(readSide: LiveReadSide, in registry: PrometheusRegistry) {
    registry.collect { families(readSide) }
  }

  private static func families(_ readSide: LiveReadSide) -> [CollectedFamily] {
    let progress = readSide.current.runner.progress
    let statistics = progress.statistics
    let position = readSide.position
    let lag = readSide.lag()
    let behind = lag.ends.reduce(Int64(0)) { $0 + max(0, $1.value.rawValue - position[$1.key].rawValue) }
    return [
      CollectedFamily(
        "xopix_projection_lag_records", help: "Records of the log that the read models do not reflect yet.",
        value: Double(behind)),
      CollectedFamily(
        "xopix_projection_running", help: "1 while the read models follow the log, 0 where they stand still.",
        value: progress.failure == nil ? 1 : 0),
      CollectedFamily(
        "xopix_projection_records_total", help: "Records read from topics of events.", isCounter: true,
        value: Double(statistics.read)),
      CollectedFamily(
        "xopix_projection_events_total", help: "Events applied to the read models.", isCounter: true,
        value: Double(statistics.applied)),
      CollectedFamily(
        "xopix_projection_duplicates_total", help: "Events passed over since they had been applied before.",
        isCounter: true, value: Double(statistics.duplicates)),
      CollectedFamily(
        "xopix_dead_letters_total", help: "Records refused, by topic.", isCounter: true,
        statistics.rejected.map { ([("topic", $0.key)], Double($0.value)) }),
      CollectedFamily(
        "xopix_unknown_events_total", help: "Events of unknown types, passed over.", isCounter: true,
        value: Double(statistics.unknownTypes.values.reduce(0, +))),
      CollectedFamily(
        "xopix_log_batches_total", help: "Batches in the log.", isCounter: true,
        value: Double(readSide.log.endOrdinal)),
      CollectedFamily(
        "xopix_log_read_only_partitions", help: "Partitions that take no records since the disk has failed.",
        value: Double(readSide.log.readOnlyPartitions().count)),
      CollectedFamily(
        "xopix_log_recovery_cut_bytes", help: "Bytes that a crash had left half written, cut off at the last start.",
        value: Double(readSide.log.recovery.truncatedBytes.values.reduce(0, +))),
      CollectedFamily(
        "xopix_log_recovery_lost_bytes", help: "Bytes that had been durable and were gone at the last start.",
        value: Double(readSide.log.recovery.lostBytes.values.reduce(0, +))),
      CollectedFamily(
        "xopix_search_documents", help: "Products in the search index.",
        value: Double(readSide.catalogue.index.documentCount)),
    ]
  }
}
