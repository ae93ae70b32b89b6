internal import ByteCoding

/// What is to happen, in the order of time; what is due at the same moment happens in the order in which it was planned.
///
/// A binary heap: adding and taking cost O(log n).
struct StepQueue: Sendable {
  private struct Entry: Sendable {
    let time: Timestamp
    let number: UInt64
    let step: Step

    func isBefore(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
  }

  private var heap: [Entry] = []
  private var planned: UInt64 = 0

  /// How many steps wait.
  var count: Int { heap.count }

  mutating func add(_ step: Step, at time: Timestamp) {
    heap.append(Entry(time: time, number: planned, step: step))
    planned += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isBefore(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the first step that is due at `moment` or before; nil where none is.
  mutating func take(until moment: Timestamp) -> (step: Step, time: Timestamp)? {
    guard let first = heap.first, first.time <= moment else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
          least = child
        }
        if least == parent { break }
        heap.swapAt(parent, least)
        parent = least
      }
    }
    return (first.step, first.time)
  }
}

/// Something that will happen in the shop.
enum Step: Sendable {
  /// A shopper comes to the shop.
  case arrival
  /// Nobody came for a minute.
  case lull
  /// A visit's next act.
  case search(Visit)
  case view(Visit, product: Int)
  case addToCart(Visit, product: Int)
  case checkout(Visit)
  case abandonment(Visit)
  /// An order's next act.
  case payment(Order, attempt: Int)
  case shipment(Order)
  case cancellation(Order)
  case refund(Order)
  /// More pieces arrive at the warehouse.
  case restock(product: Int)
  /// A thief's next act.
  case cardTest(Shopper.PaymentMeans, left: Int)
  case stolenCardOrder(Shopper.PaymentMeans, left: Int)
  /// It turns out whether a payment was fraud.
  case label(paymentID: String, userID: String?, isFraud: Bool)
}

/// What a shopper does from coming to leaving.
struct Visit: Sendable {
  let sessionID: String
  let shopper: Shopper
  let isGuest: Bool
  var searchesLeft: Int
  /// Products and pieces.
  var cart: [(product: Int, quantity: Int)] = []

  var userID: String? { isGuest ? nil : shopper.userID }
  var cartID: String { "C-" + sessionID }
}

/// An order from its placing on.
struct Order: Sendable {
  /// A line with the price of one piece as it was ordered.
  struct Line: Sendable {
    let product: Int
    let quantity: Int
    let unitPrice: Int64
  }

  let orderID: String
  let buyer: Shopper.PaymentMeans
  let lines: [Line]
  var paymentID = ""

  /// The sum of the lines in ten-thousandths.
  var total: Int64 { lines.reduce(0) { $0 + Int64($1.quantity) * $1.unitPrice } }
}
