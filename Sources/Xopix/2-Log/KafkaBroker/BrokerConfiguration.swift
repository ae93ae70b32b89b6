/// How the broker serves: addresses, limits and defaults, with Kafka's names where Kafka has them.
public struct BrokerConfiguration: Sendable {
  /// The address to listen on.
  public var host: String
  /// The port to listen on; 0 for any free one.
  public var port: Int
  /// The address that clients are told; nil for the one that each of them has connected to.
  public var advertisedHost: String?
  /// The port that clients are told; nil for the one that is listened on.
  public var advertisedPort: Int?
  /// `cluster.id`.
  public var clusterID = "xopix"
  /// `auto.create.topics.enable`: whether a client that asks for an unknown topic gets one.
  public var createsTopics = true
  /// Why nothing is published here, nor a topic made or changed; nil where that is allowed. Groups and reading are not
  /// touched by it.
  public var readOnlyReason: String?
  /// Topics that the read side lives on: they can't be deleted, and records of theirs only by an operator's tools.
  public var protectedTopics: Set<String> = []
  /// `socket.request.max.bytes`.
  public var maximumRequestBytes = 100 << 20
  /// `queued.max.request.bytes`: requests of all connections together that may be in memory.
  public var maximumQueuedBytes = 256 << 20
  /// `max.connections`.
  public var maximumConnections = 4_000
  /// `max.connections.per.ip`.
  public var maximumConnectionsPerAddress = 1_000
  /// Requests of one connection that are worked on or wait for their answer to be sent.
  public var maximumRequestsInFlight = 100
  /// How long a request may take to come whole; clients give up after as long by default.
  public var requestMilliseconds: Int64 = 30_000
  /// How fast the bytes of a request have to come; a long one has so much more time.
  public var slowestRequestBytesPerSecond = 1 << 20
  /// `connection.failed.authentication.delay.ms`: how long the first failures of an address wait for their answer;
  /// further ones wait longer.
  public var failedAuthenticationMilliseconds: Int64 = 100
  /// How long a client may take to say who it is.
  public var authenticationMilliseconds: Int64 = 30_000
  /// `connections.max.reauth.ms`: how long a client may go on before it has to authenticate again; nil for ever.
  public var maximumSessionMilliseconds: Int64?
  /// `connections.max.idle.ms`.
  public var idleMilliseconds: Int64 = 600_000
  /// `fetch.max.bytes`: the most that one fetch is answered.
  public var maximumFetchBytes = 55 << 20
  /// `producer_byte_rate` of a client id, bytes a second; nil does not limit it.
  public var producerBytesPerSecond: Double?
  /// `consumer_byte_rate` of a client id, bytes a second; nil does not limit it.
  public var consumerBytesPerSecond: Double?

  /// Listens on an address, with the defaults for the rest.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }
}
