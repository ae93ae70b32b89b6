import JSONBytes
import Projections
import ShopEvents
import Testing

@Suite("Card numbers")
struct CardNumberTests {
  @Test(
    "a card number in any field is refused, and masked in what is kept",
    arguments: [
      #"{"order_id":"O","reason":"4111 1111 1111 1111"}"#, #"{"order_id":"O","reason":"card 4111-1111-1111-1111."}"#,
      #"{"order_id":"O","total":4111111111111111}"#, #"{"order_id":"5555555555554444"}"#,
      #"{"order_id":"O","note":{"deep":["378282246310005"]}}"#, #"{"order_id":"O","4111111111111111":1}"#,
      #"{"order_id":"O","reason":"\u0034111111111111111"}"#,
      #"{"order_id":"O","reason":"order 12 4111 1111 1111 1111"}"#,
    ])
  func refused(data: String) throws {
    let rejection = try rejection(event("OrderCreated", data))
    #expect(rejection.code == "card-number")
    let kept = String(decoding: try #require(rejection.maskedValue), as: UTF8.self)
    for number in ["411111111111", "4111 1111 1111", "4111-1111-1111", "55555555555", "37828224631"] {
      #expect(!kept.contains(number), "\(kept)")
      #expect(!rejection.message.contains(number))
    }
    // What is kept can still be read as what it was.
    _ = try JSONValue.parse(Array(kept.utf8))
  }

  @Test(
    "other long numbers are not taken for cards",
    arguments: [
      #"{"order_id":"O-1795428000000"}"#, #"{"order_id":"O","reason":"4111111111111112"}"#,
      #"{"order_id":"O","reason":"ref4111111111111111x"}"#, #"{"order_id":"O","reason":"0.4111111111111111"}"#,
      #"{"order_id":"O","reason":"1111111111111117"}"#,
    ])
  func accepted(data: String) throws {
    _ = try body("OrderShipped", data)
  }

  @Test("bar codes are no cards, nor is a title that repeats one; another number in it is")
  func barCodes() throws {
    _ = try body("ProductCreated", #"{"product_id":"P","title":"Braun 4210201253839","gtin":["4210201253839"]}"#)
    let other = event("ProductCreated", #"{"product_id":"P","title":"4111111111111111","gtin":["4210201253839"]}"#)
    #expect(try rejection(other, topic: "products").pointer == "/data/title")
  }

  @Test("what is refused for another reason is masked too")
  func otherReasons() throws {
    for json in [#"{"broken": "4111111111111111""#, event("OrderCreated", #"{"total":"4111 1111 1111 1111"}"#)] {
      let kept = try #require(try rejection(json).maskedValue)
      #expect(!String(decoding: kept, as: UTF8.self).contains("41111111"))
    }
  }
}
