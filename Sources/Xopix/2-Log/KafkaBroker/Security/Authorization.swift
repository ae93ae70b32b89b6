public import AccessControl

/// Says who may do what.
public protocol Authorizing: Sendable {
  /// Whether `principal` may do `operation` to `resource`.
  func allows(_ principal: Principal, _ operation: Operation, on resource: Resource) -> Bool

  /// Whether `principal` may do `operation` to any resource of a kind at all.
  func allowsSomewhere(_ principal: Principal, _ operation: Operation, _ kind: Resource.Kind) -> Bool
}

/// Lets everybody do everything: for a broker that only its own machine can reach.
public struct EverythingAllowed: Authorizing {
  /// The only value.
  public init() {}

  /// Always.
  public func allows(_ principal: Principal, _ operation: Operation, on resource: Resource) -> Bool { true }

  /// Always.
  public func allowsSomewhere(_ principal: Principal, _ operation: Operation, _ kind: Resource.Kind) -> Bool { true }
}

extension Broker {
  /// Whether a request may do something; where it may not, that is counted and logged.
  func allows(_ context: RequestContext, _ operation: Operation, on resource: Resource) -> Bool {
    if authorizer.allows(context.principal, operation, on: resource) { return true }
    denials.note(context, operation, on: resource, now: clock.now())
    return false
  }

  /// Whether a principal may do something that it has not asked for, so that a no is nothing to tell of.
  func wouldAllow(_ context: RequestContext, _ operation: Operation, on resource: Resource) -> Bool {
    authorizer.allows(context.principal, operation, on: resource)
  }

  /// Whether a request may make a topic: by a right to this one, or to all of the cluster's.
  func allowsCreation(_ context: RequestContext, of topic: String) -> Bool {
    wouldAllow(context, .create, on: .cluster) || allows(context, .create, on: .topic(topic))
  }

  /// The operations on a resource that a request's principal may do, as Kafka's bits of `AclOperation` codes.
  func authorizedOperations(_ context: RequestContext, on resource: Resource) -> Int32 {
    let codes: [(Operation, Int32)] =
      switch resource {
      case .topic:
        [
          (.read, 3), (.write, 4), (.create, 5), (.delete, 6), (.alter, 7), (.describe, 8), (.describeConfigs, 10),
          (.alterConfigs, 11),
        ]
      case .group: [(.read, 3), (.delete, 6), (.describe, 8), (.describeConfigs, 10), (.alterConfigs, 11)]
      case .transaction: [(.write, 4), (.describe, 8)]
      case .cluster:
        [
          (.create, 5), (.alter, 7), (.describe, 8), (.clusterAction, 9), (.describeConfigs, 10), (.alterConfigs, 11),
          (.idempotentWrite, 12),
        ]
      }
    return codes.reduce(0) { wouldAllow(context, $1.0, on: resource) ? $0 | 1 << $1.1 : $0 }
  }

  /// The same for the cluster, which only those who may describe it are told; others are told of none.
  func authorizedClusterOperations(_ context: RequestContext) -> Int32 {
    wouldAllow(context, .describe, on: .cluster) ? authorizedOperations(context, on: .cluster) : 0
  }
}
