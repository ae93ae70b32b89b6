import Testing

@testable import EventLog

@Suite("Partitions for keys")
struct PartitionerTests {
  @Test(
    "MurmurHash2 gives the numbers of Kafka's own tests",
    arguments: [
      ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
      ("a-little-bit-longer-string", -1_486_304_829), ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
      ("abc", 479_470_107),
    ] as [(String, Int32)])
  func murmur(text: String, hash: Int32) {
    #expect(Int32(bitPattern: Partitioner.murmur2(Array(text.utf8))) == hash)
  }

  @Test("a key has one partition, within the range, and all partitions have keys")
  func spread() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 7)
    var counts: [Int32: Int] = [:]
    for index in 0..<1400 {
      let key = Array("key \(index)".utf8)
      let number = log.partition(for: key, topic: "a")
      #expect(number == log.partition(for: key, topic: "a"))
      counts[number, default: 0] += 1
    }
    #expect(Set(counts.keys) == Set(0..<7))
    #expect(counts.values.allSatisfy { (120...280).contains($0) })
  }

  @Test("records without keys go round, and unknown topics have partition 0")
  func withoutKeys() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.open(directory: folder.path)
    try log.createTopic("a", partitions: 3)
    let numbers = (0..<6).map { _ in log.partition(for: nil, topic: "a") }
    #expect(Set(numbers[..<3]) == [0, 1, 2])
    #expect(Array(numbers[..<3]) == Array(numbers[3...]))
    #expect(log.partition(for: nil, topic: "none") == 0)
    #expect((0..<1000).allSatisfy { Partitioner.partition(for: nil, count: 1, sequence: .max - $0) == 0 })
  }
}
