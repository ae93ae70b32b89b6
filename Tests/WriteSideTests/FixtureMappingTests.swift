import ByteCoding
import JSONBytes
import ShopEvents
import Testing

@testable import WriteSide

@Suite("The mappings that come with the server")
struct FixtureMappingTests {
  static func json(_ value: JSONValue?) -> String {
    var writer = JSONWriter()
    writer.value(value ?? .null)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  @Test("Best Buy's products")
  func bestBuy() throws {
    let (events, summary) = try imported(
      """
      [{"name": "Duracell - AAA Batteries (4-Pack)", "description": "Long-lasting", "brand": "Duracell",
        "categories": ["Connected Home & Housewares", "Household Batteries"], "price": 5.49, "price_range": "1 - 50",
        "image": "http://img.example/48530.jpg", "popularity": 21449, "objectID": "43900"},
       {"name": "Cable", "categories": "Cables", "price": "12"},
       {"description": "no name", "price": 1}]
      """, as: "records.json", by: try Places.mapping("bestbuy-products.yaml"))
    #expect(events.map(\.key) == ["BB-1", "BB-2"] && events.map(\.id) == ["bestbuy-1", "bestbuy-2"])
    #expect(
      Self.json(.object(events[0].data))
        == #"{"product_id":"BB-1","title":"Duracell - AAA Batteries (4-Pack)","description":"Long-lasting","#
        + #""brand":"Duracell","categories":["Connected Home & Housewares","Household Batteries"],"price":5.49,"#
        + #""currency":"USD","image_url":"http://img.example/48530.jpg","popularity":21449}"#)
    #expect(Self.json(events[1].data["categories"]) == #"["Cables"]"# && events[1].money("price") == Money("12"))
    #expect(summary.refused.map(\.row) == [3] && summary.refused.first?.field == "title")
  }

  @Test("Icecat's products")
  func icecat() throws {
    let (events, summary) = try imported(
      """
      {"id":123,"title":"ThinkPad X1","name":"X1","short_description":"14\\" laptop","supplier":"Lenovo","price":129900,"ean":["0190000000001"],"img_500x500":"http://i/1.jpg","date_released":"2020-03-04","attr_t_color":"black","attr_n_weight":1.10,"attr_b_touch":true,"attr_t_empty":"","other":1}
      {"id":"124","name":"Mouse","price":"999","ean":"4006381333931","date_released":"2021-05-06T07:08:09Z"}
      {"id":"125","price":1,"date_released":"2021-05-06"}
      {"id":"126","title":"No date"}
      """, as: "icecat.jsonl", by: try Places.mapping("icecat-products.yaml"))
    #expect(events.map(\.key) == ["123", "124"])
    #expect(
      Self.json(.object(events[0].data))
        == #"{"product_id":"123","title":"ThinkPad X1","model":"X1","description":"14\" laptop","brand":"Lenovo","#
        + #""price":1299,"currency":"EUR","gtin":["0190000000001"],"image_url":"http://i/1.jpg","#
        + #""created_at":"2020-03-04T00:00:00Z","attributes":{"color":"black","weight":1.1,"touch":true}}"#)
    #expect(events[0].time == Timestamp(rfc3339: "2020-03-04T00:00:00Z"))
    #expect(events[1].string("title") == "Mouse" && events[1].money("price") == Money("9.99"))
    #expect(Self.json(events[1].data["gtin"]) == #"["4006381333931"]"#)
    #expect(summary.refused.map(\.row) == [3, 4] && summary.refused.map(\.field) == ["title", "time"])
  }

  @Test("the orders of an online retailer, with cancellations and corrections")
  func retail() throws {
    let (events, summary) = try imported(
      """
      InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
      536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
      536365,71053,"LANTERN, WHITE",6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
      C536379,D,Discount,-1,2010-12-01 09:41:00,27.5,14527.0,United Kingdom
      536589,21777,,-10,2010-12-01 16:50:00,0.0,,United Kingdom
      536590,,x,1,2010-12-01 16:50:00,1.0,,France
      536591,84029E,x,1,01/12/2010,1.0,,France
      """, as: "retail.csv", by: try Places.mapping("uci-orders.yaml"))
    #expect(events.map(\.type) == ["OrderCreated", "OrderCancelled", "OrderCancelled"])
    #expect(events.map(\.id) == ["uci-536365-1", "uci-C536379-3", "uci-536589-4"])
    #expect(
      Self.json(.object(events[0].data))
        == #"{"order_id":"536365","user_id":"17850","currency":"GBP","country":"United Kingdom","channel":"web","#
        + #""status":"created","items":[{"product_id":"85123A","quantity":6,"unit_price":2.55},"#
        + #"{"product_id":"71053","quantity":6,"unit_price":3.39}],"total":35.64}"#)
    #expect(events[0].time == Timestamp(rfc3339: "2010-12-01T08:26:00Z"))
    #expect(events.map { $0.string("reason") } == ["", "returned", "stock_correction"])
    #expect(events[1].items.map(\.quantity) == [1] && events[1].money("total") == Money("27.5"))
    #expect(events[2].data["user_id"] == nil && events[2].money("total") == .zero)
    #expect(summary.refused.map(\.row) == [5, 6] && summary.refused.map(\.field) == ["product_id", "time"])
  }

  @Test("card transactions and what is known of them")
  func transactions() throws {
    let (events, summary) = try imported(
      """
      TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,TX_FRAUD,TX_FRAUD_SCENARIO
      0,2018-04-01T00:00:31,596,3156,57.16,31,0,0,0
      1,2018-04-01T00:02:10,4961,3412,81.51,130,0,1,2
      2,2018-04-01T00:07:56,2,1365,146.0,476,0,,
      3,2018-04-01 00:09:29,4128,8737,64.49,569,0,0,0
      4,2018-04-01T00:10:34,927,9906,,634,0,0,0
      """, as: "transactions.csv", by: try Places.mapping("fraud-transactions.yaml"))
    #expect(events.map(\.id) == ["tx-0", "label-0", "tx-1", "label-1", "tx-2"])
    #expect(events.map(\.key) == ["TX-0", "TX-0", "TX-1", "TX-1", "TX-2"])
    #expect(
      Self.json(.object(events[0].data))
        == #"{"payment_id":"TX-0","user_id":"596","card":"card-596","terminal":"3156","amount":57.16,"#
        + #""currency":"EUR","method":"card"}"#)
    #expect(events[1].data["label"] == .bool(false) && events[3].data["label"] == .bool(true))
    #expect(events[0].time == Timestamp(rfc3339: "2018-04-01T00:00:31Z"))
    #expect(summary.refused.map(\.row) == [4, 5] && summary.refused.map(\.field) == ["time", "amount"])
    #expect(summary.eventsByType == ["PaymentProcessed": 3, "FraudLabelled": 2])
  }
}
