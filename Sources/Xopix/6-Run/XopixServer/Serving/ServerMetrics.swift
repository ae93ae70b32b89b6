internal import CatalogueModel
internal import EventLog
internal import EventSources
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

  private static func families(_ cluster: FollowedCluster, _ lag: LagReport) -> [CollectedFamily] {
    let status = cluster.status
    return [
      CollectedFamily(
        "xopix_source_connected", help: "1 while the cluster that is followed answers, else 0.",
        value: status.isConnected ? 1 : 0),
      CollectedFamily(
        "xopix_source_lag_records",
        help: "Records of the cluster that are not mirrored yet, as far as is known; see xopix_source_connected.",
        value: Double(status.lag)),
      CollectedFamily(
        "xopix_source_connections_total", help: "How often the cluster began to answer.", isCounter: true,
        value: Double(status.connections)),
      CollectedFamily(
        "xopix_source_faults_total",
        help: "How often the cluster did not answer, or a partition could not be read or stored.", isCounter: true,
        value: Double(status.faults)),
      CollectedFamily(
        "xopix_source_missed_records_total", help: "Records that the cluster had removed before they were read.",
        isCounter: true, value: Double(status.missedRecords)),
      CollectedFamily(
        "xopix_source_missing_topics", help: "Topics of events that the cluster does not have.",
        value: Double(status.missingTopics.count)),
      CollectedFamily(
        "xopix_source_refused", help: "1 where the cluster is not followed any more since its history is another one.",
        value: status.failure == nil ? 0 : 1),
      CollectedFamily(
        "xopix_outputs_waiting", help: "1 while what is derived can't be written to the cluster.",
        value: cluster.sink?.fault == nil ? 0 : 1),
    ]
  }

  private static func families(_ readSide: LiveReadSide) -> [CollectedFamily] {
    let progress = readSide.current.runner.progress
    let statistics = progress.statistics
    let lag = readSide.lag()
    let position = lag.models.first?.position ?? Position()
    let behind = lag.ends.reduce(Int64(0)) { $0 + max(0, $1.value.rawValue - position[$1.key].rawValue) }
    return (readSide.cluster.map { families($0, lag) } ?? []) + [
      CollectedFamily(
        "xopix_projection_lag_records",
        help: "Records that the read models do not reflect yet; of a cluster that does not answer, those known of.",
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
