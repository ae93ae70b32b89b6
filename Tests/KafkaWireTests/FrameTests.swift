import NIOCore
import Testing

@testable import KafkaWire

@Suite("Frames")
struct FrameTests {
  @Test(
    "frames come out the same however the stream is cut, from a pool or not", arguments: [nil, 1 << 20, 0] as [Int?])
  func anyCuts(limit: Int?) throws {
    let seed = UInt64.random(in: 0..<1_000_000)
    print("seed \(seed)")
    var source = SeededSource(state: seed)
    for round in 0..<100 {
      // Short ones, and ones around the length from which on memory is used again.
      let lengths = round.isMultiple(of: 10) ? 16_000...17_000 : 0...300
      let frames = (0..<8).map { _ in source.bytes(lengths) }
      var stream: [UInt8] = []
      for frame in frames {
        stream += [0, 0, UInt8(frame.count >> 8), UInt8(frame.count & 0xff)] + frame
      }
      var splitter = FrameSplitter(maximumFrameBytes: 17_000, pool: limit.map { FramePool(limit: $0) })
      var held: [ByteBuffer] = []
      var rest = stream[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...min(lengths.upperBound * 2 / 3, rest.count), using: &source)
        splitter.append(ByteBuffer(bytes: rest.prefix(count)))
        rest = rest.dropFirst(count)
        while let frame = try splitter.next() { held.append(frame) }
      }
      // What comes later must not be written over what somebody still holds.
      #expect(held.map { Array($0.readableBytesView) } == frames)
    }
  }

  @Test("a frame's length is known once its first four bytes are there, and until it is taken")
  func announcement() throws {
    var splitter = FrameSplitter(maximumFrameBytes: 100_000, pool: FramePool(limit: 1 << 20))
    splitter.append(ByteBuffer(bytes: [0, 0, 0x4e]))
    #expect(splitter.announcedBytes == nil)
    splitter.append(ByteBuffer(bytes: [0x20, 1, 2]))
    #expect(splitter.announcedBytes == 20_000)
    #expect(try splitter.next() == nil)
    #expect(splitter.announcedBytes == 20_000)
    splitter.append(ByteBuffer(repeating: 7, count: 19_998))
    splitter.append(ByteBuffer(bytes: [0, 0, 0, 1, 9]))
    #expect(splitter.announcedBytes == 20_000)
    #expect(try splitter.next()?.readableBytes == 20_000)
    #expect(splitter.announcedBytes == 1)
    #expect(try splitter.next() == ByteBuffer(bytes: [9]))
    #expect(splitter.announcedBytes == nil)
  }

  @Test("memory is used again once nobody holds it, not before, and not for much less")
  func reuse() {
    let pool = FramePool(limit: 100_000)
    var first: ByteBuffer? = pool.take(20_000)
    first?.writeInteger(1, as: UInt8.self)
    let address = first.map(Self.address)
    if let first { pool.remember(first) }
    let second = pool.take(20_000)
    #expect(Self.address(second) != address)
    first = nil
    #expect(Self.address(pool.take(4_000)) != address)
    let third = pool.take(20_000)
    #expect(Self.address(third) == address)
    #expect(third.readableBytes == 0)
  }

  private static func address(_ buffer: ByteBuffer) -> Int {
    buffer.withVeryUnsafeBytes { Int(bitPattern: $0.baseAddress) }
  }

  @Test("frames that are too long or of negative length are refused")
  func lengths() {
    for bytes in [[0, 0, 1, 1], [0xff, 0xff, 0xff, 0xff]] as [[UInt8]] {
      var splitter = FrameSplitter(maximumFrameBytes: 256)
      splitter.append(ByteBuffer(bytes: bytes))
      #expect(splitter.announcedBytes == nil)
      #expect(throws: WireError.self) { try splitter.next() }
    }
  }
}
