/// Timing as `engines/measuring.py` has it.
enum Rounds {
  private static let most = 5

  /// Nanoseconds of each call in each round; before, calls are run untimed for as long.
  static func timed(_ calls: [() throws -> PeerAnswer], seconds: Double) throws -> [[Int64]] {
    let clock = ContinuousClock()
    let span = Duration.seconds(seconds)
    var start = clock.now
    while clock.now - start < span {
      for call in calls {
        _ = try call()
        if clock.now - start > span { break }
      }
    }
    var taken = [[Int64]](repeating: [], count: calls.count)
    start = clock.now
    for _ in 0..<most {
      for (place, call) in calls.enumerated() {
        let before = clock.now
        let answer = try call()
        taken[place].append((clock.now - before).nanoseconds)
        withExtendedLifetime(answer) {}
      }
      if clock.now - start > span { break }
    }
    return taken
  }
}
