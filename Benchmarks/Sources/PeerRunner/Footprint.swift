import Foundation

/// What the process and its files take.
enum Footprint {
  static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Resident bytes, the process's own and of files, as JSON.
  static var memory: String { "{\"own\":\(status("RssAnon")),\"files\":\(status("RssFile"))}" }

  /// The most bytes that were resident at once.
  static var peakMemory: Int { status("VmHWM") }

  private static func status(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) * 1024
  }

  /// The bytes of a directory's files.
  static func bytes(of directory: String) -> Int64 {
    let files = FileManager.default.enumerator(atPath: directory)
    var total: Int64 = 0
    while files?.nextObject() != nil { total += Int64(files?.fileAttributes?[.size] as? UInt64 ?? 0) }
    return total
  }
}
