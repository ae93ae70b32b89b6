public import AccessControl
public import NIOCore
internal import KafkaBroker
internal import Synchronization

/// TLS for new connections, with certificates that may be replaced while it is served.
public final class LiveTLS: Sendable {
  private let context: Mutex<TLSContext>
  private let principal: @Sendable (String) -> Principal?

  /// Reads the files.
  ///
  /// - Parameter principal: who the common name of a client's certificate stands for; nil for nobody.
  public init(_ files: TLSFiles, principal: @escaping @Sendable (String) -> Principal?) throws(TLSError) {
    context = Mutex(try TLSContext(files))
    self.principal = principal
  }

  /// Reads the files again. Connections that are open stay as they are; where the files can't be used, so do new ones.
  public func reload(_ files: TLSFiles) throws(TLSError) {
    let fresh = try TLSContext(files)
    context.withLock { $0 = fresh }
  }

  /// The handler that encrypts a new connection.
  public func makeHandler() throws -> any ChannelHandler {
    let session = try context.withLock { $0 }.makeSession()
    return TLSHandler(session: session) { [principal] name in
      ConnectionSecured(principal: name.flatMap { principal($0) })
    }
  }
}
