internal import Synchronization

/// An address that is known once the server listens.
final class AddressBox: Sendable {
  private let address = Mutex<String?>(nil)

  var value: String? { address.withLock { $0 } }

  func set(_ value: String) { address.withLock { $0 = value } }
}
