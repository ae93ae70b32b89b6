internal import ByteCoding
internal import JSONBytes
internal import ShopEvents

/// Visits: coming, searching, looking, filling a cart.
extension TrafficSimulator {
  private static let newUserShare = 0.06
  private static let guestShare = 0.3
  private static let priceChangeShare = 0.01
  private static let couponShare = 0.002
  private static let approvalShare = 0.004
  private static let profileShare = 0.004

  mutating func arrive() {
    planArrival()
    counters.visits += 1
    let isNew = random.chance(Self.newUserShare)
    let number = isNew ? configuration.users + counters.newUsers : users.sample(&random)
    let shopper = Shopper(number: number, seed: seed)
    if isNew {
      counters.newUsers += 1
      emit("users", "UserRegistered", key: shopper.userID, source: "/user-service") { writer in
        writer.member("user_id", shopper.userID)
        writer.member("country", shopper.country)
        writer.member("locale", shopper.locale)
        writer.member("segment", "new")
      }
    }
    let visit = Visit(
      sessionID: "S-\(Shopper.hexadecimal(&random, digits: 6))-\(counters.visits)", shopper: shopper,
      isGuest: !isNew && random.chance(Self.guestShare), searchesLeft: random.pick([1, 1, 1, 2, 2, 3]))
    if random.chance(0.2) {
      plan(.view(visit, product: popularity.sample(&random)), in: 0.5...4)
    } else {
      plan(.search(visit), in: 0.5...6)
    }
    workInTheBackOffice()
    if random.chance(Self.profileShare) {
      emit("users", "UserProfileUpdated", key: shopper.userID, source: "/user-service") { writer in
        writer.member("user_id", shopper.userID)
        writer.member("segment", shopper.segment)
      }
    }
  }

  mutating func search(_ visit: Visit) {
    var visit = visit
    visit.searchesLeft -= 1
    let query = queries.sample(&random)
    let shelf = query.product.map { productsByCategory[products[$0].category] ?? [] } ?? []
    let results = query.product == nil ? 0 : random.within(1...max(1, shelf.count))
    let filter = random.chance(0.12) && results > 0 ? query.product.map { products[$0].category } : nil
    emit("behaviour", "SearchPerformed", key: visit.sessionID, source: "/storefront") { writer in
      writer.member("session_id", visit.sessionID)
      writer.member("user_id", visit.userID)
      writer.member("query", query.text)
      if let filter {
        writer.key("filters")
        writer.beginObject()
        writer.member("category", filter)
        writer.endObject()
      }
      writer.member("results", results)
    }
    guard let wanted = query.product, random.chance(0.62) else {
      if visit.searchesLeft > 0 { plan(.search(visit), in: 4...25) } else { leave(visit) }
      return
    }
    let product = random.chance(0.55) || shelf.isEmpty ? wanted : random.pick(shelf)
    // People look at the top: position p with a weight of about 1/p.
    let position = min(results, 1 + Int(random.exponential(mean: 2.2)))
    emit("behaviour", "SearchResultClicked", key: visit.sessionID, source: "/storefront") { writer, shop in
      writer.member("session_id", visit.sessionID)
      writer.member("user_id", visit.userID)
      writer.member("query", query.text)
      writer.member("position", position)
      writer.member("product_id", shop.products[product].id)
    }
    plan(.view(visit, product: product), in: 0.2...2)
  }

  mutating func view(_ product: Int, _ visit: Visit) {
    emit("behaviour", "ProductViewed", key: visit.sessionID, source: "/storefront") { writer, shop in
      writer.member("session_id", visit.sessionID)
      writer.member("user_id", visit.userID)
      writer.member("product_id", shop.products[product].id)
    }
    if available[product] > 0, random.chance(0.3) {
      plan(.addToCart(visit, product: product), in: 3...60)
    } else {
      goOn(visit)
    }
  }

  mutating func addToCart(_ product: Int, _ visit: Visit) {
    var visit = visit
    let quantity = random.pick([1, 1, 1, 1, 2, 2, 3])
    if let line = visit.cart.firstIndex(where: { $0.product == product }) {
      visit.cart[line].quantity += quantity
    } else {
      visit.cart.append((product, quantity))
    }
    emit("behaviour", "AddedToCart", key: visit.sessionID, source: "/storefront") { writer, shop in
      writer.member("session_id", visit.sessionID)
      writer.member("user_id", visit.userID)
      writer.member("product_id", shop.products[product].id)
    }
    emitCart("CartUpdated", visit)
    goOn(visit)
  }

  /// Looks for something else, buys or leaves.
  private mutating func goOn(_ visit: Visit) {
    if visit.searchesLeft > 0, random.chance(0.8) {
      plan(.search(visit), in: 5...60)
    } else if !visit.cart.isEmpty, random.chance(0.62) {
      plan(.checkout(visit), in: 15...120)
    } else {
      leave(visit)
    }
  }

  private mutating func leave(_ visit: Visit) {
    if !visit.cart.isEmpty { plan(.abandonment(visit), in: 1800...1860) }
  }

  mutating func abandon(_ visit: Visit) { emitCart("CartAbandoned", visit) }

  private mutating func emitCart(_ type: String, _ visit: Visit) {
    let value = visit.cart.reduce(Int64(0)) { $0 + prices[$1.product] * Int64($1.quantity) }
    let lines = visit.cart.map { Order.Line(product: $0.product, quantity: $0.quantity, unitPrice: prices[$0.product]) }
    let time = now
    emit("carts", type, key: visit.cartID, source: "/cart-service") { writer, shop in
      writer.member("cart_id", visit.cartID)
      writer.member("user_id", visit.userID)
      shop.writeItems(lines, to: &writer)
      writer.member("value", Money(rawValue: value))
      writer.member("last_activity_at", time.rfc3339)
    }
  }

  /// Now and then somebody changes a price, makes a coupon or approves a product.
  private mutating func workInTheBackOffice() {
    if random.chance(Self.priceChangeShare) {
      let product = popularity.sample(&random)
      // Within a fifth of the first price, in whole cents.
      let percent = Int64(random.within(80...120))
      let price = max(100, products[product].price.rawValue * percent / 10_000 * 100)
      prices[product] = price
      emit("products", "ProductUpdated", key: products[product].id, source: "/product-service") { writer, shop in
        writer.member("product_id", shop.products[product].id)
        writer.member("price", Money(rawValue: price))
      }
    }
    if random.chance(Self.couponShare) {
      counters.coupons += 1
      let coupon = "SAVE10-\(counters.coupons)"
      emit("admin", "CouponCreated", key: coupon, source: "/admin-service") { writer in
        writer.member("coupon_id", coupon)
        writer.member("actor", "marketing")
        writer.member("reason", "weekly campaign")
      }
    }
    if random.chance(Self.approvalShare) {
      let id = products[random.below(products.count)].id
      emit("admin", "ProductApproved", key: id, source: "/admin-service") { writer in
        writer.member("product_id", id)
        writer.member("actor", "catalogue-team")
      }
    }
  }
}
