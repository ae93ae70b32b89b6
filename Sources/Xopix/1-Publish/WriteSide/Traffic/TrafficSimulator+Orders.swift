internal import JSONBytes
internal import ShopEvents

/// Orders from their placing to their end, and the stock that they take.
extension TrafficSimulator {
  private static let couponShare = 0.1
  private static let lowStock = 5
  private static let failureReasons = [
    ("insufficient_funds", "51"), ("do_not_honour", "05"), ("expired_card", "54"), ("authentication_failed", "1A"),
  ]

  mutating func checkOut(_ visit: Visit) {
    let means = visit.shopper.paymentMeans(isGuest: visit.isGuest, random: &random)
    let coupon =
      counters.coupons > 0 && random.chance(Self.couponShare)
      ? "SAVE10-\(1 + random.below(counters.coupons))" : nil
    let channel = random.pick(["web", "web", "app", "app", "app"])
    place(visit.cart, buyer: means, coupon: coupon, channel: channel)
    considerTheft()
  }

  /// Places an order and plans its payment, if there is enough of everything.
  mutating func place(
    _ cart: [(product: Int, quantity: Int)], buyer: Shopper.PaymentMeans, coupon: String?, channel: String
  ) {
    counters.orders += 1
    let order = Order(
      orderID: "O-\(1_000_000 + counters.orders)", buyer: buyer,
      lines: cart.map { line in
        // A coupon takes a tenth off each price, rounded down to cents, so that the lines still add up to the total.
        let price = coupon == nil ? prices[line.product] : max(100, prices[line.product] * 9 / 1000 * 100)
        return Order.Line(product: line.product, quantity: line.quantity, unitPrice: price)
      })
    emit("orders", "OrderCreated", key: order.orderID, source: "/order-service") { writer, shop in
      writer.member("order_id", order.orderID)
      writer.member("user_id", buyer.userID)
      writer.member("status", "created")
      shop.writeItems(order.lines, to: &writer)
      writer.member("total", Money(rawValue: order.total))
      writer.member("currency", shop.currency)
      writer.member("country", buyer.country)
      writer.member("channel", channel)
      writer.member("coupon", coupon)
    }
    guard order.lines.allSatisfy({ available[$0.product] >= $0.quantity }) else {
      emit("inventory", "InventoryFailed", key: order.orderID, source: "/inventory-service") { writer, shop in
        writer.member("order_id", order.orderID)
        shop.writeItems(order.lines, to: &writer)
        writer.member("reason", "out of stock")
      }
      fail(order, reason: "out_of_stock")
      return
    }
    emit("inventory", "InventoryReserved", key: order.orderID, source: "/inventory-service") { writer, shop in
      writer.member("order_id", order.orderID)
      shop.writeItems(order.lines, to: &writer)
    }
    for line in order.lines { move(line.product, available: -line.quantity, reserved: line.quantity) }
    plan(.payment(order, attempt: 1), in: 2...20)
  }

  mutating func pay(_ order: Order, attempt: Int) {
    counters.payments += 1
    let paymentID = "PAY-\(1_000_000 + counters.payments)"
    let refusal = random.chance(order.buyer.isFraud ? 0.35 : 0.05) ? random.pick(Self.failureReasons) : nil
    emitPayment(
      paymentID, orderID: order.orderID, amount: Money(rawValue: order.total), means: order.buyer, refusal: refusal)
    if order.buyer.isFraud {
      planLabel(paymentID, means: order.buyer)
    } else if random.chance(0.01) {
      plan(.label(paymentID: paymentID, userID: nil, isFraud: false), in: 600...5400)
    }
    guard refusal == nil else {
      if attempt < 3, random.chance(0.6) {
        plan(.payment(order, attempt: attempt + 1), in: 15...90)
      } else {
        fail(order, reason: "payment_failed")
        giveBack(order)
      }
      return
    }
    var paid = order
    paid.paymentID = paymentID
    emit("orders", "OrderUpdated", key: order.orderID, source: "/order-service") { writer in
      writer.member("order_id", order.orderID)
      writer.member("user_id", order.buyer.userID)
      writer.member("status", "paid")
    }
    if random.chance(0.02) {
      plan(.cancellation(paid), in: 120...1200)
    } else {
      plan(.shipment(paid), in: 1200...10_800)
    }
  }

  mutating func emitPayment(
    _ paymentID: String, orderID: String?, amount: Money, means: Shopper.PaymentMeans,
    refusal: (reason: String, code: String)?
  ) {
    let type = refusal == nil ? "PaymentProcessed" : "PaymentFailed"
    emit("payments", type, key: paymentID, source: "/payment-service") { writer, shop in
      writer.member("payment_id", paymentID)
      writer.member("order_id", orderID)
      writer.member("user_id", means.userID)
      writer.member("amount", amount)
      writer.member("currency", shop.currency)
      writer.member("method", means.method)
      writer.member("provider", means.provider)
      writer.member("card", means.card)
      writer.member("card_country", means.cardCountry)
      writer.member("ip", means.ip)
      writer.member("ip_country", means.ipCountry)
      writer.member("device", means.device)
      writer.member("reason", refusal?.reason)
      writer.member("code", refusal?.code)
    }
  }

  mutating func ship(_ order: Order) {
    let carrier = random.pick(["Aramex", "SMSA", "DHL", "UPS"])
    let tracking = "TRK-\(Shopper.hexadecimal(&random, digits: 8))"
    emit("orders", "OrderShipped", key: order.orderID, source: "/order-service") { writer in
      writer.member("order_id", order.orderID)
      writer.member("user_id", order.buyer.userID)
      writer.member("status", "shipped")
      writer.member("carrier", carrier)
      writer.member("tracking", tracking)
    }
    for line in order.lines { move(line.product, available: 0, reserved: -line.quantity) }
    if random.chance(0.03) { plan(.refund(order), in: 3600...28_800) }
  }

  mutating func cancel(_ order: Order) {
    let reason = random.pick(["changed_mind", "found_cheaper", "ordered_by_mistake"])
    emit("orders", "OrderCancelled", key: order.orderID, source: "/order-service") { writer, shop in
      writer.member("order_id", order.orderID)
      writer.member("user_id", order.buyer.userID)
      writer.member("status", "cancelled")
      shop.writeItems(order.lines, to: &writer)
      writer.member("total", Money(rawValue: order.total))
      writer.member("currency", shop.currency)
      writer.member("country", order.buyer.country)
      writer.member("reason", reason)
    }
    giveBack(order)
    emitRefund(order, reason: "order_cancelled")
  }

  mutating func refund(_ order: Order) {
    emitRefund(order, reason: random.pick(["returned", "damaged", "late_delivery"]))
    for line in order.lines { move(line.product, available: line.quantity, reserved: 0) }
  }

  private mutating func emitRefund(_ order: Order, reason: String) {
    emit("payments", "PaymentRefunded", key: order.paymentID, source: "/payment-service") { writer, shop in
      writer.member("payment_id", order.paymentID)
      writer.member("order_id", order.orderID)
      writer.member("user_id", order.buyer.userID)
      writer.member("amount", Money(rawValue: order.total))
      writer.member("currency", shop.currency)
      writer.member("method", order.buyer.method)
      writer.member("provider", order.buyer.provider)
      writer.member("card", order.buyer.card)
      writer.member("reason", reason)
    }
  }

  private mutating func fail(_ order: Order, reason: String) {
    emit("orders", "OrderFailed", key: order.orderID, source: "/order-service") { writer, shop in
      writer.member("order_id", order.orderID)
      writer.member("user_id", order.buyer.userID)
      writer.member("status", "failed")
      writer.member("total", Money(rawValue: order.total))
      writer.member("currency", shop.currency)
      writer.member("country", order.buyer.country)
      writer.member("reason", reason)
    }
  }

  // MARK: Stock

  private mutating func giveBack(_ order: Order) {
    for line in order.lines { move(line.product, available: line.quantity, reserved: -line.quantity) }
  }

  mutating func restock(_ product: Int) {
    isRestockPlanned[product] = false
    move(product, available: random.within(20...200), reserved: 0)
  }

  /// Changes a product's stock, tells of it, and orders more where little is left.
  private mutating func move(_ product: Int, available change: Int, reserved reservedChange: Int) {
    available[product] += change
    reserved[product] += reservedChange
    let id = products[product].id
    let left = available[product]
    let held = reserved[product]
    emit("inventory", "InventoryUpdated", key: id, source: "/inventory-service") { writer in
      writer.member("product_id", id)
      writer.member("available", left)
      writer.member("reserved", held)
      writer.member("warehouse", "main")
    }
    guard change < 0, left < Self.lowStock else { return }
    emit("inventory", left == 0 ? "ProductOutOfStock" : "ProductStockLow", key: id, source: "/inventory-service") {
      writer in
      writer.member("product_id", id)
      writer.member("available", left)
      writer.member("threshold", Self.lowStock)
      writer.member("warehouse", "main")
    }
    if !isRestockPlanned[product] {
      isRestockPlanned[product] = true
      plan(.restock(product: product), in: 900...5400)
    }
  }
}
