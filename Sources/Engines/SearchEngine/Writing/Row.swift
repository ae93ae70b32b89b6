internal import Glibc

/// Values one after the other that have one owner: an array without the question, at each change, whether it is shared.
// Safety: `base` points to room for `capacity` values, of which the first `count` are set; it is allocated and freed here
// alone. Every access checks its bounds.
@safe struct Row<Element: BitwiseCopyable>: ~Copyable {
  private var base: UnsafeMutablePointer<Element>
  private var capacity: Int
  private(set) var count: Int

  /// No values, and room for so many.
  init(capacity: Int = 0) {
    self.capacity = max(16, capacity)
    unsafe base = Self.room(for: self.capacity, insteadOf: nil)
    count = 0
  }

  /// So many times the same value.
  init(repeating value: Element, count: Int) {
    self.init(capacity: count)
    unsafe base.initialize(repeating: value, count: count)
    self.count = count
  }

  deinit { unsafe free(base) }

  /// Room for so many values, which begins with those of `old`, now gone.
  ///
  /// Memory of some size is moved by naming its pages anew, not by copying; and large pages spare the processor from
  /// looking up where each small one is.
  // Safety: `old` came from here. `malloc` aligns for numbers and for vectors of 16 bytes. `madvise` changes no contents.
  @unsafe
  private static func room(
    for capacity: Int, insteadOf old: UnsafeMutablePointer<Element>?
  ) -> UnsafeMutablePointer<Element> {
    precondition(MemoryLayout<Element>.alignment <= 16, "rows hold numbers")
    let (size, isTooLarge) = capacity.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !isTooLarge, let memory = unsafe realloc(old, size) else {
      preconditionFailure("there is no memory left")
    }
    if size >= largeSize {
      let page = Int(getpagesize())
      let start = (Int(bitPattern: memory) + page - 1) / page * page
      let end = (Int(bitPattern: memory) + size) / page * page
      // Where there are no large pages, small ones serve.
      _ = unsafe madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE)
    }
    return unsafe memory.assumingMemoryBound(to: Element.self)
  }

  /// From so many bytes on, large pages are asked for.
  private static var largeSize: Int { 1 << 22 }

  subscript(_ index: Int) -> Element {
    @inline(__always) get {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "there is no such value")
      return unsafe base[index]
    }
    @inline(__always) set {
      precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "there is no such value")
      unsafe base[index] = newValue
    }
  }

  /// The values, while the row is borrowed.
  var span: Span<Element> {
    @_lifetime(borrow self) @inline(__always) get {
      let span = unsafe Span(_unsafeStart: UnsafePointer(base), count: count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  @inline(__always)
  mutating func append(_ value: Element) {
    if count == capacity { grow(to: count &+ 1) }
    unsafe base[count] = value
    count &+= 1
  }

  mutating func append(_ values: Span<Element>) {
    guard values.count > 0 else { return }
    reserve(values.count)
    // Safety: there is room for the values, which are another's.
    unsafe values.withUnsafeBufferPointer { values in
      guard let source = values.baseAddress else { return }
      unsafe (base + count).update(from: source, count: values.count)
    }
    count &+= values.count
  }

  /// Makes room for so many more.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if count &+ more > capacity { grow(to: count &+ more) }
  }

  @inline(never)
  private mutating func grow(to needed: Int) {
    capacity = max(needed, capacity * 2)
    unsafe base = Self.room(for: capacity, insteadOf: base)
  }

  /// Takes out all values; their room is kept.
  @inline(__always)
  mutating func removeAll() { count = 0 }

  /// Keeps the first values, or fills up with a value.
  mutating func resize(to newCount: Int, filling value: Element) {
    if newCount > count {
      reserve(newCount &- count)
      unsafe (base + count).update(repeating: value, count: newCount &- count)
    }
    count = newCount
  }

  /// Appends so many values, which `body` sets all.
  // Safety: `body` sets that many values at the place that it is given, where there is room for them and for `slack` more.
  @unsafe @inline(__always)
  mutating func append(_ more: Int, slack: Int = 0, _ body: (UnsafeMutablePointer<Element>) -> Void) {
    reserve(more &+ slack)
    unsafe body(base + count)
    count &+= more
  }
}

extension Row where Element == UInt8 {
  /// Appends a little-endian number.
  @inline(__always)
  mutating func write<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
    // Safety: the number has as many bytes.
    unsafe append(MemoryLayout<Value>.size) { target in
      unsafe UnsafeMutableRawPointer(target).storeBytes(of: value.littleEndian, as: Value.self)
    }
  }

  /// The bytes as an array.
  var bytes: [UInt8] {
    // Safety: the bytes are copied within the closure.
    unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
  }
}
