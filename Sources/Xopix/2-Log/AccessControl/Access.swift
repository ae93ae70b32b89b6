/// Who asks for something: a user, or whoever a token speaks for.
public struct Principal: Hashable, Sendable {
  /// The name that was authenticated; `anonymous` where nothing asks for a name.
  public let name: String
  /// The roles that say what it may do.
  public let roles: Set<String>

  /// A principal with roles.
  public init(name: String, roles: Set<String>) {
    self.name = name
    self.roles = roles
  }

  /// Whoever connects where no authentication is configured.
  public static let anonymous = Principal(name: "anonymous", roles: [])
}

/// What somebody wants to do, as Kafka's access control names it.
public enum Operation: String, Sendable, Hashable, CaseIterable {
  case read
  case write
  case create
  case delete
  case alter
  case describe
  case alterConfigs = "alter_configs"
  case describeConfigs = "describe_configs"
  case clusterAction = "cluster_action"
  case idempotentWrite = "idempotent_write"

  /// The operations that allow this one too, as in Kafka: who may read a topic may know that it exists.
  var impliedBy: Set<Operation> {
    switch self {
    case .describe: [.read, .write, .delete, .alter]
    case .describeConfigs: [.alterConfigs]
    default: []
    }
  }
}

/// What somebody wants to do it to.
public enum Resource: Sendable, Hashable {
  case topic(String)
  case group(String)
  case transaction(String)
  case cluster

  /// A kind of resources.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case topic
    case group
    case transaction
    case cluster
  }

  /// The kind of this one.
  public var kind: Kind {
    switch self {
    case .topic: .topic
    case .group: .group
    case .transaction: .transaction
    case .cluster: .cluster
    }
  }

  /// The name; empty for the cluster, of which there is one.
  public var name: String {
    switch self {
    case .topic(let name), .group(let name), .transaction(let name): name
    case .cluster: ""
    }
  }
}
