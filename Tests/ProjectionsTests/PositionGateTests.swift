import Projections
import RecordBatches
import Testing

@Suite("Waiting for a position")
struct PositionGateTests {
  static func position(_ offset: Int64) -> Position {
    Position([TopicPartition(topic: "orders", partition: 0): Offset(rawValue: offset)])
  }

  @Test("who asks for what is there does not wait, whatever the time allowed")
  func alreadyThere() async {
    let gate = PositionGate(at: Self.position(5))
    #expect(await gate.wait(for: Self.position(5), timeout: .zero))
    #expect(await gate.wait(for: Position(), timeout: .seconds(-1)))
    #expect(gate.position == Self.position(5))
  }

  @Test("who may not wait is sent away", arguments: [Duration.zero, .nanoseconds(1), .seconds(-3)])
  func noTime(timeout: Duration) async {
    let gate = PositionGate()
    #expect(await gate.wait(for: Self.position(1), timeout: timeout) == false)
    gate.open(to: Self.position(1))
    #expect(await gate.wait(for: Self.position(1), timeout: timeout))
  }

  @Test("opening wakes those who waited for this much or less, and nobody else")
  func waking() async {
    let gate = PositionGate()
    await withTaskGroup(of: (Int64, Bool).self) { group in
      for offset in 1...200 as ClosedRange<Int64> {
        group.addTask { (offset, await gate.wait(for: Self.position(offset), timeout: .seconds(3600))) }
      }
      var woken: [Int64] = []
      gate.open(to: Self.position(100))
      for _ in 0..<100 {
        guard let (offset, isReached) = await group.next() else { break }
        #expect(isReached)
        woken.append(offset)
      }
      #expect(woken.sorted() == Array(1...100))
      gate.open(to: Self.position(200))
      for await (_, isReached) in group { #expect(isReached) }
    }
  }

  @Test("a waiter that is cancelled, before or while it waits, goes away at once")
  func cancelling() async {
    let gate = PositionGate()
    for _ in 0..<200 {
      let waiter = Task { await gate.wait(for: Self.position(1), timeout: .seconds(3600)) }
      waiter.cancel()
      #expect(await waiter.value == false)
    }
  }

  @Test("many waiters with no time, while the gate opens: each gets an answer, and a true one")
  func racing() async {
    let gate = PositionGate()
    await withTaskGroup(of: Bool.self) { group in
      for offset in 1...300 as ClosedRange<Int64> {
        group.addTask {
          let isReached = await gate.wait(for: Self.position(offset), timeout: .microseconds(offset % 7))
          return !isReached || gate.position.covers(Self.position(offset))
        }
        group.addTask {
          gate.open(to: Self.position(1000))
          return true
        }
      }
      for await isTrue in group { #expect(isTrue) }
    }
  }
}
