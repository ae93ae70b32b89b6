import ByteCoding
import Scoring
import Testing

@Suite("What is remembered of entities")
struct FeatureStateTests {
  @Test(
    "Property: at least half and at most all of the room is remembered, those seen last",
    arguments: [2, 3, 4, 5, 10, 11, 100])
  func eviction(room: Int) throws {
    let scorer = try Scorer(definition: definition([feature("n", "card", .count, window: 86_400)]), fields: fields)
    var generator = SeededGenerator(seed: UInt64(room))
    var state = FeatureState(entities: room)
    var order: [Int] = []
    for second in 0..<600 as Range<Int64> {
      let card = generator.number(0...room * 2)
      scorer.record(observed(at: second, card: "c\(card)"), in: &state)
      order.removeAll { $0 == card }
      order.append(card)
      #expect(state.count <= room, "at \(second)")
      let known = order.filter { scorer.features(of: observed(at: second, card: "c\($0)"), in: state) != [0] }
      #expect(known.count == state.count)
      #expect(known.count >= min(order.count, (room + 1) / 2), "at \(second)")
      #expect(known == Array(order.suffix(known.count)), "at \(second)")
    }
  }

  @Test(
    "Property: a state restored from a journal at any moment goes on as the one that was saved",
    arguments: 1...10 as ClosedRange<UInt64>)
  func restoring(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scorer = try Scorer(
      definition: definition(everyFeature), fields: fields, links: [("device", "card")])
    let room = generator.number(4...30)
    var state = FeatureState(entities: room)
    var journal: [(key: [UInt8], value: [UInt8]?)] = []
    for second in 0..<400 as Range<Int64> {
      let observation = generator.observation(at: second * 200)
      scorer.record(observation, in: &state)
      if generator.chance(1, in: 5) {
        scorer.label("device", value: "d\(generator.number(1...5))", isFraud: generator.chance(2, in: 3), in: &state)
      }
      guard generator.chance(1, in: 12) else { continue }
      journal += state.takeChanges()
      var restored = FeatureState(entities: room)
      for change in journal { try restored.restore(key: change.key, value: change.value) }
      restored.finishRestoring(generation: state.generation)
      #expect(restored.count == state.count, "seed \(seed)")
      #expect(restored.all().map(\.key) == state.all().map(\.key), "seed \(seed)")
      #expect(restored.all().map(\.value) == state.all().map(\.value), "seed \(seed)")
      let probe = generator.observation(at: second * 200 + 1)
      #expect(scorer.features(of: probe, in: restored) == scorer.features(of: probe, in: state), "seed \(seed)")
      #expect(restored.takeChanges().isEmpty)
      if generator.chance(1, in: 2) { state = restored }
    }
  }

  @Test("changes are told once, in the order of their keys; what was forgotten is told as gone")
  func changes() throws {
    let scorer = try Scorer(definition: definition([feature("n", "card", .count, window: 60)]), fields: fields)
    var state = FeatureState(entities: 4)
    for card in 0..<9 { scorer.record(observed(at: 1, card: "c\(card)"), in: &state) }
    let changes = state.takeChanges()
    #expect(changes.count == 9)
    #expect(changes.map(\.key) == changes.map(\.key).sorted { $0.lexicographicallyPrecedes($1) })
    #expect(changes.filter { $0.value != nil }.count == state.count)
    #expect(state.takeChanges().isEmpty)
  }

  @Test("the state is the same whichever process computed it: its bytes are known")
  func golden() throws {
    let scorer = try Scorer(
      definition: definition([feature("n", "card", .distinct, of: "ip", window: 60)]), fields: fields)
    var state = FeatureState(entities: 10)
    scorer.record(observed(at: 1, amount: -2, isFailed: true, card: "c1", ip: "i1"), in: &state)
    scorer.record(observed(at: 2, amount: nil, currency: nil, card: "c1"), in: &state)
    let all = state.all()
    #expect(all.count == 1)
    func hash(_ name: String, _ value: String) -> [UInt8] {
      var writer = ByteWriter()
      writer.write(XXHash64.hash((Array(name.utf8) + [0] + Array(value.utf8)).rawBytes, seed: 0x5c0e))
      return writer.bytes
    }
    #expect(all.first?.key == [0] + hash("card", "c1"))
    let first: [UInt8] = [0x40, 0x42, 0x0f, 0, 0, 0, 0, 0, 3, 3] + hash("", "EUR") + [1] + hash("ip", "i1")
    let second: [UInt8] = [0x80, 0x84, 0x1e, 0, 0, 0, 0, 0, 0] + hash("", "") + [1] + [UInt8](repeating: 0, count: 8)
    #expect(all.first?.value == [1, 0, 2] + first + second)
  }

  @Test("bytes that were cut or changed are refused or read, never a trap", arguments: 1...4 as ClosedRange<UInt64>)
  func hostile(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let scorer = try Scorer(definition: definition(everyFeature), fields: fields)
    var state = FeatureState(entities: 10)
    for second in 0..<20 as Range<Int64> { scorer.record(generator.observation(at: second), in: &state) }
    let (key, value) = try #require(state.all().first)
    let bytes = try #require(value)
    var restored = FeatureState(entities: 10)
    for count in 0..<bytes.count {
      #expect(throws: ByteReaderError.self) { try restored.restore(key: key, value: Array(bytes.prefix(count))) }
    }
    for count in 0..<9 {
      #expect(throws: ByteReaderError.self) { try restored.restore(key: Array(key.prefix(count)), value: nil) }
    }
    var refused = 0
    for _ in 0..<500 {
      var damaged = bytes
      damaged[generator.number(0...bytes.count - 1)] = UInt8(generator.number(0...255))
      do throws(ByteReaderError) {
        try restored.restore(key: key, value: damaged)
      } catch {
        refused += 1
      }
    }
    #expect((1..<500).contains(refused))
  }
}
