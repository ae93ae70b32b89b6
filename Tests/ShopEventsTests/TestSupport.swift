import JSONBytes
import Projections
import RecordBatches
import ShopEvents

/// SplitMix64 (Steele, Lea and Flood, 2014): the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

/// 2026-11-23T10:00:00Z.
let recordTime: Int64 = 1_795_428_000_000

/// An event as JSON text.
func event(_ type: String, _ data: String, time: String = "2026-11-23T02:41:00Z") -> String {
  #"{"specversion":"1.0","id":"e-1","source":"/test","type":"\#(type)","time":"\#(time)","data":\#(data)}"#
}

func record(_ value: [UInt8], headers: [RecordHeader] = []) -> Record {
  Record(key: nil, value: value, headers: headers, timestampMilliseconds: recordTime)
}

/// What the decoder makes of an event in structured mode.
func decode(_ json: String, topic: String) -> Decoded<ShopEvent> {
  ShopEventDecoder().decode(record(Array(json.utf8)), topic: topic)
}

/// The body of an event that must decode.
func body(_ type: String, _ data: String) throws -> ShopEvent.Body {
  guard let topic = EventTypes.topic(ofType: type), case .event(let event, _) = decode(event(type, data), topic: topic)
  else { throw Unexpected(text: "\(type) \(data)") }
  return event.body
}

/// The refusal of an event that must not decode.
func rejection(_ json: String, topic: String = "orders") throws -> Rejection {
  guard case .rejected(let rejection) = decode(json, topic: topic) else { throw Unexpected(text: json) }
  return rejection
}

/// Something else than a test goes on with.
struct Unexpected: Error {
  let text: String
}
