/// Deadlines by key, made for those that are put off far more often than they pass: putting one off costs a look-up.
struct GroupTimerQueue<Key: Hashable & Sendable>: Sendable {
  private struct Deadline: Sendable {
    var at: Int64
    /// The time of its entry in the heap, which may be earlier than `at`.
    var queuedAt: Int64
  }

  private struct Entry: Sendable {
    var at: Int64
    var key: Key
  }

  private var deadlines: [Key: Deadline] = [:]
  /// A binary heap, the earliest first. May hold entries that are cancelled or put off.
  private var heap: [Entry] = []

  /// How many timers are set.
  var count: Int { deadlines.count }

  /// When a timer is set for, or nil.
  func deadline(of key: Key) -> Int64? { deadlines[key]?.at }

  /// The keys of all timers, in no order.
  var keys: [Key] { Array(deadlines.keys) }

  /// A time not later than the earliest deadline, or nil where none is set. O(1).
  var wakeTime: Int64? { deadlines.isEmpty ? nil : heap.first?.at }

  /// Sets a timer, or sets it anew. O(1) where it is put off, O(log n) otherwise.
  mutating func schedule(_ key: Key, at time: Int64) {
    if let deadline = deadlines[key], deadline.queuedAt <= time {
      deadlines[key]?.at = time
      return
    }
    deadlines[key] = Deadline(at: time, queuedAt: time)
    push(Entry(at: time, key: key))
    if heap.count > 2 * deadlines.count + 64 { rebuild() }
  }

  /// Cancels a timer if it is set. O(1).
  mutating func cancel(_ key: Key) {
    deadlines[key] = nil
  }

  /// Removes and returns one timer whose time has come, earliest first. O(log n), amortised.
  mutating func popDue(now: Int64) -> Key? {
    while let first = heap.first, first.at <= now {
      pop()
      guard let deadline = deadlines[first.key], deadline.queuedAt == first.at else { continue }
      if deadline.at <= now {
        deadlines[first.key] = nil
        return first.key
      }
      deadlines[first.key]?.queuedAt = deadline.at
      push(Entry(at: deadline.at, key: first.key))
    }
    return nil
  }

  private mutating func rebuild() {
    heap.removeAll(keepingCapacity: true)
    for (key, deadline) in deadlines {
      deadlines[key]?.queuedAt = deadline.at
      push(Entry(at: deadline.at, key: key))
    }
  }

  private mutating func push(_ entry: Entry) {
    heap.append(entry)
    var index = heap.count - 1
    while index > 0, heap[index].at < heap[(index - 1) / 2].at {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private mutating func pop() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].at < heap[least].at {
        least = child
      }
      guard least != index else { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}
