public import Hummingbird
internal import Logging

/// What goes with a request on its way through the router.
public struct APIRequestContext: RequestContext {
  /// Hummingbird's own part.
  public var coreContext: CoreRequestContextStorage
  /// What the request is called in answers and logs.
  var identity = RequestIdentity(id: "", traceResponse: nil)

  /// A context of a new request.
  public init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
  }
}
