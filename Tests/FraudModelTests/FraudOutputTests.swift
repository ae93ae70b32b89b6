import ByteCoding
import FraudModel
import Projections
import RecordBatches
import Scoring
import ShopEvents
import Testing

@Suite("What scoring writes")
struct FraudOutputTests {
  static func decoded(_ output: OutputRecord) throws -> (event: ShopEvent, identity: EventIdentity) {
    #expect(output.topic == "fraud")
    switch ShopEventDecoder().decode(output.record, topic: output.topic) {
    case .event(let event, let identity): return (event, identity)
    case .unknownType(let type): throw Rejection(code: "unknown", message: type)
    case .rejected(let rejection): throw rejection
    }
  }

  @Test("Property: every payment but refunds gives one FraudScored event that reads back as the decision")
  func readBack() throws {
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
    var events = RandomEvents(seed: 5)
    var identities: Set<EventIdentity> = []
    var scored = 0
    for event in events.next(400) {
      let outputs = model.apply([event])
      guard case .payment(let payment) = event.event.body, payment.kind != .refunded else {
        #expect(outputs.isEmpty)
        continue
      }
      scored += 1
      #expect(outputs.count == 1)
      let output = try #require(outputs.first)
      #expect(output.source == SourceRecord(event.topicPartition, event.offset))
      #expect(output.record.key == Array(payment.paymentID.utf8))
      #expect(output.record.timestampMilliseconds == event.event.time.milliseconds)
      let (read, identity) = try Self.decoded(output)
      #expect(identities.insert(identity).inserted)
      #expect(read.time == event.event.time)
      let decided = try #require(model.decisions(size: 1).items.first)
      guard case .fraudDecision(let decision) = read.body else {
        Issue.record("no decision: \(read.body)")
        continue
      }
      #expect(decision.paymentID == payment.paymentID && decision.paymentID == decided.paymentID)
      #expect(decision.score == decided.assessment.score)
      #expect(decision.decision == decided.assessment.decision.rawValue)
      #expect(decision.amount == payment.amount && decision.currency == payment.currency)
    }
    #expect(scored > 200 && scored == model.allDecisions().count)
  }

  @Test(
    "the event reads back whatever the payment event's own id and source",
    arguments: [
      // Digits of both sides are no card number, also where they would be one together.
      ("/pos/4000", "001234567899"), (String(repeating: "s", count: 1024), String(repeating: "é", count: 512)),
      (String(repeating: "s", count: 511), String(repeating: "i", count: 512)), ("\"\\", "\u{1}"), ("#", "#"),
    ])
  func oddIdentities(source: String, id: String) throws {
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
    let payment = event(.payment(Payment(id: "p").change), at: 0, offset: 0, id: id, source: source)
    let output = try #require(model.apply([payment]).first)
    let (read, identity) = try Self.decoded(output)
    let other = event(.payment(Payment(id: "p").change), at: 0, offset: 0, id: id + "x", source: source)
    let (otherRead, otherIdentity) = try Self.decoded(try #require(model.apply([other]).first))
    #expect(identity != otherIdentity && read.id != otherRead.id)
  }

  @Test("the event's bytes are those of every earlier build")
  func golden() throws {
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
    let payment = event(.payment(Payment(id: "p1", amount: 12, ipCountry: "US").change), at: 0, offset: 3)
    let output = try #require(model.apply([payment]).first)
    #expect(
      output.record.headers == [
        RecordHeader(key: "content-type", value: Array("application/cloudevents+json".utf8))
      ])
    #expect(
      String(decoding: output.record.value ?? [], as: UTF8.self)
        == #"{"specversion":"1.0","id":"/payments#e3","source":"/xopix/fraud","type":"FraudScored","#
        + #""time":"2026-09-21T14:13:20Z","subject":"p1","datacontenttype":"application/json","#
        + #""data":{"payment_id":"p1","time":"2026-09-21T14:13:20Z","amount":12.00,"currency":"EUR","score":0.25,"#
        + #""decision":"allow","reasons":[{"code":"country-mismatch","#
        + #""detail":"The card's country is not the one from which it is used","value":1,"baseline":0,"#
        + #""contribution":0.25}],"rules":["country-mismatch"],"model":"rules-1"}}"#)
  }

  @Test("no card, address, device or customer stands in outputs, reasons or files")
  func privacy() throws {
    let folder = try TemporaryFolder()
    let model = try FraudModel(definition: try BuiltIn.definition(), directory: folder.path, manifest: nil)
    let secrets = ["tok_SECRETCARD", "203.0.113.77", "SECRETDEVICE", "SECRETUSER"]
    var outputs: [OutputRecord] = []
    for offset in 0..<20 as Range<Int64> {
      let payment = Payment(
        id: "p\(offset)", kind: offset % 2 == 0 ? .failed : .processed, amount: 10 + offset * offset * 10,
        card: secrets[0], ip: secrets[1], ipCountry: "US", device: secrets[2], user: secrets[3])
      outputs += model.apply([event(.payment(payment.change), at: offset * 10, offset: offset)])
    }
    _ = model.apply([event(.fraudLabel(FraudLabel(paymentID: "p1", isFraud: true)), at: 300, offset: 30)])
    outputs += model.apply([
      event(
        .payment(
          Payment(id: "q", card: secrets[0], ip: secrets[1], device: secrets[2], user: secrets[3]).change), at: 400,
        offset: 31)
    ])
    _ = try model.writeCheckpoint(number: 1)
    let codes = Set(model.allDecisions().flatMap(\.assessment.rules))
    #expect(codes.count > 5, "\(codes)")
    var written = outputs.map { String(decoding: ($0.record.key ?? []) + ($0.record.value ?? []), as: UTF8.self) }
    written += model.allDecisions().flatMap { $0.assessment.reasons.map(\.detail) }
    for name in try folder.names() { written.append(String(decoding: try folder.read(name), as: UTF8.self)) }
    #expect(written.count > 50)
    for text in written { for secret in secrets { #expect(!text.contains(secret)) } }
  }
}
