import Testing

@testable import KafkaBroker

@Suite("The groups' timers")
struct GroupTimerQueueTests {
  @Test("timers pop in order, put off ones later, cancelled ones never")
  func order() {
    var queue = GroupTimerQueue<String>()
    queue.schedule("a", at: 10)
    queue.schedule("b", at: 5)
    queue.schedule("c", at: 7)
    queue.schedule("b", at: 20)
    queue.schedule("a", at: 3)
    queue.cancel("c")
    #expect(queue.count == 2 && queue.deadline(of: "a") == 3)
    #expect(queue.popDue(now: 2) == nil)
    #expect(queue.popDue(now: 19) == "a")
    #expect(queue.popDue(now: 19) == nil)
    #expect(queue.popDue(now: 20) == "b")
    #expect(queue.count == 0 && queue.wakeTime == nil)
  }

  @Test("Property: it does what a plain dictionary of deadlines does", arguments: [1, 2, 3] as [UInt64])
  func matchesNaive(seed: UInt64) {
    print("timers, seed \(seed)")
    var random = GroupRandom(seed: seed)
    var queue = GroupTimerQueue<Int>()
    var naive: [Int: Int64] = [:]
    var now: Int64 = 0
    for _ in 0..<20_000 {
      let key = Int.random(in: 0..<40, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<6:
        let time = now + Int64.random(in: 0..<1_000, using: &random)
        queue.schedule(key, at: time)
        naive[key] = time
      case 6..<8:
        queue.cancel(key)
        naive[key] = nil
      default:
        now += Int64.random(in: 0..<100, using: &random)
        var popped: Set<Int> = []
        while let due = queue.popDue(now: now) { popped.insert(due) }
        #expect(popped == Set(naive.filter { $0.value <= now }.keys))
        naive = naive.filter { $0.value > now }
      }
      #expect(queue.count == naive.count)
      #expect((queue.wakeTime ?? .max) <= (naive.values.min() ?? .max))
    }
  }
}
