import Foundation
import Projections
import RecordBatches
import Testing

@Suite("Positions and their tokens")
struct PositionTests {
  static func position(using generator: inout SeededGenerator) -> Position {
    var offsets: [TopicPartition: Offset] = [:]
    for _ in 0..<generator.number(0...6) {
      let topic = ["orders", "pays", "é", ""][generator.number(0...3)]
      let partition = [0, 1, 5000, Int32.max, -1][generator.number(0...4)]
      let offset = [0, 1, 127, 128, Int64.max, Int64(generator.number(0...1 << 40))][generator.number(0...5)]
      offsets[TopicPartition(topic: topic, partition: partition)] = Offset(rawValue: offset)
    }
    return Position(offsets)
  }

  @Test("Property: a token reads back as its position", arguments: 1...5 as ClosedRange<UInt64>)
  func tokens(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let position = Self.position(using: &generator)
      let token = position.token
      #expect(Position(token: token) == position, "seed \(seed): \(position)")
      #expect(token.utf8.allSatisfy { Character(Unicode.Scalar($0)).isLetter || "0123456789-_".utf8.contains($0) })
    }
  }

  @Test("Property: a token that was changed, cut or extended is refused", arguments: 1...5 as ClosedRange<UInt64>)
  func mutatedTokens(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= é")
    for _ in 0..<300 {
      let token = Array(Self.position(using: &generator).token)
      var mutated = token
      switch generator.number(0...3) {
      case 0: mutated[generator.number(0...token.count - 1)] = alphabet[generator.number(0...alphabet.count - 1)]
      case 1: mutated.remove(at: generator.number(0...token.count - 1))
      case 2: mutated.insert(alphabet[generator.number(0...63)], at: generator.number(0...token.count))
      default: mutated = Array(token.prefix(generator.number(0...token.count - 1)))
      }
      guard mutated != token else { continue }
      #expect(Position(token: String(mutated)) == nil, "seed \(seed): \(String(mutated)) of \(String(token))")
    }
  }

  @Test("what is no token at all is refused", arguments: ["", "A", "AAAA", "====", "null", "AAAAAAAAAAAA", "\u{0}"])
  func foreignTokens(text: String) {
    #expect(Position(token: text) == nil)
  }

  @Test("a token may be as long as the limit, not longer")
  func longTokens() {
    func position(_ count: Int) -> Position {
      Position(
        Dictionary(
          uniqueKeysWithValues: (0..<count).map {
            (TopicPartition(topic: "topic\($0)", partition: 0), Offset(rawValue: 1))
          }))
    }
    let short = position(1000)
    #expect(short.token.utf8.count < Position.longestToken && Position(token: short.token) == short)
    let long = position(2000)
    #expect(long.token.utf8.count > Position.longestToken && Position(token: long.token) == nil)
  }

  @Test("Property: base64url agrees with Foundation's base64", arguments: 1...3 as ClosedRange<UInt64>)
  func base64(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let bytes = generator.bytes(0...40)
      let expected = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        .replacing("=", with: "")
      #expect(Base64URL.encode(bytes) == expected, "seed \(seed)")
      #expect(Base64URL.decode(expected) == bytes, "seed \(seed)")
    }
    #expect(Base64URL.decode("A") == nil)
    #expect(Base64URL.decode("AB") == nil)
    #expect(Base64URL.decode("AA==") == nil)
  }

  @Test("a position advances and never goes back; it covers what it is not behind")
  func order() {
    let orders = TopicPartition(topic: "orders", partition: 0)
    let pays = TopicPartition(topic: "pays", partition: 1)
    var position = Position()
    position.advance(orders, to: Offset(rawValue: 5))
    position.advance(orders, to: Offset(rawValue: 3))
    #expect(position[orders].rawValue == 5 && position[pays].rawValue == 0)
    #expect(position.covers(Position()))
    #expect(position.covers(Position([orders: Offset(rawValue: 5), pays: Offset(rawValue: 0)])))
    #expect(!position.covers(Position([orders: Offset(rawValue: 6)])))
    #expect(!position.covers(Position([pays: Offset(rawValue: 1)])))
    #expect(position.lag(behind: Position([orders: Offset(rawValue: 4), pays: Offset(rawValue: 7)])) == 7)
    #expect(Position([orders: Offset(rawValue: 0)]) == Position())
  }
}
