internal import Foundation

/// What the operating system says about this process, under Prometheus' usual names.
public enum ProcessMetrics {
  /// Adds the `process_*` families to a registry.
  public static func register(in registry: PrometheusRegistry) {
    registry.collect { families() }
  }

  static func families() -> [CollectedFamily] {
    var families: [CollectedFamily] = []
    if let statistics = ProcessStatistics.read() {
      families.append(
        CollectedFamily(
          "process_resident_memory_bytes", help: "Resident memory size in bytes.",
          value: Double(statistics.residentBytes)))
      families.append(
        CollectedFamily(
          "process_virtual_memory_bytes", help: "Virtual memory size in bytes.", value: Double(statistics.virtualBytes))
      )
      families.append(
        CollectedFamily(
          "process_cpu_seconds_total", help: "Total user and system CPU time spent in seconds.", isCounter: true,
          value: statistics.cpuSeconds))
      families.append(
        CollectedFamily("process_threads", help: "Number of threads.", value: Double(statistics.threads)))
      if let start = statistics.startTimeSeconds {
        families.append(
          CollectedFamily(
            "process_start_time_seconds", help: "Start time of the process since unix epoch in seconds.", value: start))
      }
    }
    if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
      families.append(
        CollectedFamily("process_open_fds", help: "Number of open file descriptors.", value: Double(open)))
    }
    if let most = ProcessStatistics.mostDescriptors() {
      families.append(
        CollectedFamily("process_max_fds", help: "Maximum number of open file descriptors.", value: Double(most)))
    }
    return families
  }
}

/// The part of `/proc/self/stat` (proc(5)) that is shown.
struct ProcessStatistics: Equatable {
  var residentBytes: Int
  var virtualBytes: Int
  var cpuSeconds: Double
  var threads: Int
  var startTimeSeconds: Double?

  static func read() -> ProcessStatistics? {
    guard let stat = contents("/proc/self/stat") else { return nil }
    let bootTime = contents("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
      .flatMap { Double($0.dropFirst(6)) }
    return ProcessStatistics(stat: stat, ticks: Double(sysconf(Int32(_SC_CLK_TCK))), bootTime: bootTime)
  }

  /// - Parameters:
  ///   - stat: the line of `/proc/self/stat`.
  ///   - ticks: clock ticks a second.
  ///   - bootTime: seconds since 1970 at which the machine started.
  init?(stat: String, ticks: Double, bootTime: Double?, pageSize: Int = Int(sysconf(Int32(_SC_PAGESIZE)))) {
    // The name of the program stands in parentheses and may hold anything; fields are counted from behind it, where
    // the third one of the manual is the first.
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split { $0 == " " || $0 == "\n" }
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let threads = Int(fields[17]), let start = Double(fields[19]), let virtual = Int(fields[20]),
      let resident = Int(fields[21])
    else { return nil }
    residentBytes = resident * pageSize
    virtualBytes = virtual
    cpuSeconds = (user + system) / ticks
    self.threads = threads
    startTimeSeconds = bootTime.map { $0 + start / ticks }
  }

  /// The soft limit of open files.
  static func mostDescriptors() -> Int? {
    contents("/proc/self/limits")?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
      .flatMap { $0.split(separator: " ").dropFirst(3).first }.flatMap { Int($0) }
  }

  private static func contents(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
