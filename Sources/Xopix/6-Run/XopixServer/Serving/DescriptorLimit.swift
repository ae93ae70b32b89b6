internal import Glibc

/// The limit of open files: segments and connections need one each.
enum DescriptorLimit {
  /// Raises the limit as far as the system lets this process do it by itself.
  static func raise() {
    var limit = rlimit()
    // Safety: the system fills and reads the structure for the length of each call.
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // Where that is refused, the limit stays as it was; opening one file too many says so.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
