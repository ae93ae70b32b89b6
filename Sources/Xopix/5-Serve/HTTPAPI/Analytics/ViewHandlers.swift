internal import Hummingbird
extension API {
  func views(_ call: Call) -> Response { health(call) }
  func view(_ call: Call) throws(Problem) -> Response { health(call) }
  func viewStream(_ call: Call) throws(Problem) -> Response { health(call) }
  func scorePayment(_ call: Call) throws(Problem) -> Response { health(call) }
  func fraudDecisions(_ call: Call) throws(Problem) -> Response { health(call) }
}
