internal import CKafka
internal import Synchronization

/// A line that the library logs.
public struct KafkaLogLine: Sendable {
  /// How urgent it is, by syslog: 0 emergency, 3 error, 4 warning, 6 information, 7 debugging.
  public let level: Int32
  /// The part of the library that speaks.
  public let facility: String
  /// What it says.
  public let message: String
}

/// Where a client's log lines go.
public typealias KafkaLog = @Sendable (KafkaLogLine) -> Void

/// What became of a record that was produced.
struct KafkaDelivery {
  /// The number that was given with the record.
  let number: UInt
  let partition: Int32
  let offset: Int64
  let fault: KafkaFault?
}

/// One instance of the library, and what it calls back.
///
/// Safety: the pointer is valid from the end of `init` until `deinit`, and only lent to the methods of the owners below,
/// each of which holds this object. The library's instance may be used from any thread. Callbacks are called inside
/// ``poll(milliseconds:)`` only (logs too, by the property `log.queue`), which holds this object, so that they can't outlive
/// what they reach. After `rd_kafka_destroy` has returned the library calls nothing more.
@safe final class KafkaHandle: @unchecked Sendable {
  let pointer: OpaquePointer
  private let callbacks: Callbacks

  /// What callbacks reach: the library keeps an unretained pointer to this, which the handle keeps alive.
  private final class Callbacks: Sendable {
    let log: KafkaLog
    let delivered: @Sendable (KafkaDelivery) -> Void
    let faults = Mutex<[KafkaFault]>([])

    init(log: @escaping KafkaLog, delivered: @escaping @Sendable (KafkaDelivery) -> Void) {
      self.log = log
      self.delivered = delivered
    }
  }

  enum Kind {
    case consumer
    case producer
  }

  init(
    _ kind: Kind, properties: [String: String], log: @escaping KafkaLog,
    delivered: @escaping @Sendable (KafkaDelivery) -> Void = { _ in }
  ) throws(KafkaClientError) {
    callbacks = Callbacks(log: log, delivered: delivered)
    // Safety: the configuration is ours until `rd_kafka_new` takes it over, which it does only where it succeeds.
    guard let configuration = unsafe rd_kafka_conf_new() else {
      throw .configuration(property: "bootstrap.servers", reason: "no memory is left")
    }
    do throws(KafkaClientError) {
      for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
        unsafe try Self.set(name, to: value, in: configuration)
      }
      unsafe try Self.set("log.queue", to: "true", in: configuration)
    } catch {
      unsafe rd_kafka_conf_destroy(configuration)
      throw error
    }
    unsafe rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(callbacks).toOpaque())
    unsafe Self.setCallbacks(of: configuration)
    if kind == .producer { unsafe Self.setDeliveryCallback(of: configuration) }
    var text = [CChar](repeating: 0, count: 512)
    let kind = kind == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
    guard let made = unsafe rd_kafka_new(kind, configuration, &text, text.count) else {
      unsafe rd_kafka_conf_destroy(configuration)
      throw .configuration(property: "(several)", reason: Self.string(text))
    }
    unsafe pointer = made
    // Without a queue of its own the log goes to the main one, which `poll` serves.
    unsafe rd_kafka_set_log_queue(made, nil)
  }

  deinit {
    // Safety: nobody else holds the handle any more. What the owners made of it, they have given back.
    unsafe rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
  }

  /// Serves callbacks, waiting for the first at most so long.
  func poll(milliseconds: Int32) {
    _ = unsafe rd_kafka_poll(pointer, milliseconds)
  }

  /// The faults that concern no partition, since they were last asked for. Those that ended the client are fatal.
  func takeFaults() -> [KafkaFault] {
    callbacks.faults.withLock { faults in
      defer { faults = [] }
      return faults
    }
  }

  /// The fault that has made the client useless; nil where it is well.
  func fatalFault() -> KafkaFault? {
    var text = [CChar](repeating: 0, count: 512)
    // Safety: the library writes at most so many characters, with a zero at their end.
    let code = unsafe rd_kafka_fatal_error(pointer, &text, text.count)
    guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
    return KafkaFault(
      code: code, reason: Self.string(text), isRetriable: false, isFatal: true, requiresAbort: false)
  }

  private static func set(
    _ name: String, to value: String, in configuration: OpaquePointer
  ) throws(KafkaClientError) {
    var text = [CChar](repeating: 0, count: 512)
    // Safety: the strings are copied by the library; the message is cut to the length that is given.
    let result = unsafe rd_kafka_conf_set(configuration, name, value, &text, text.count)
    guard result == RD_KAFKA_CONF_OK else { throw .configuration(property: name, reason: string(text)) }
  }

  private static func setCallbacks(of configuration: OpaquePointer) {
    // Safety: in each callback the pointer that was set above is the object that the handle keeps alive; strings and
    // messages are the library's for the length of the call, and copied.
    unsafe rd_kafka_conf_set_log_cb(configuration) { client, level, facility, message in
      guard let client = unsafe client, let opaque = unsafe rd_kafka_opaque(client) else { return }
      let callbacks = unsafe Unmanaged<Callbacks>.fromOpaque(opaque).takeUnretainedValue()
      callbacks.log(
        KafkaLogLine(
          level: level, facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
          message: unsafe message.map { unsafe String(cString: $0) } ?? ""))
    }
    unsafe rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
      guard let opaque = unsafe opaque else { return }
      let callbacks = unsafe Unmanaged<Callbacks>.fromOpaque(opaque).takeUnretainedValue()
      let text = unsafe reason.map { unsafe String(cString: $0) } ?? ""
      let fault = KafkaFault(rd_kafka_resp_err_t(rawValue: code), text)
      callbacks.faults.withLock { if $0.count < 1000 { $0.append(fault) } }
    }
  }

  private static func setDeliveryCallback(of configuration: OpaquePointer) {
    // Safety: as above.
    unsafe rd_kafka_conf_set_dr_msg_cb(configuration) { client, message, opaque in
      guard let opaque = unsafe opaque, let message = unsafe message else { return }
      let callbacks = unsafe Unmanaged<Callbacks>.fromOpaque(opaque).takeUnretainedValue()
      let code = unsafe message.pointee.err
      var fault: KafkaFault?
      if code != RD_KAFKA_RESP_ERR_NO_ERROR {
        let topic = unsafe rd_kafka_topic_name(message.pointee.rkt).map { unsafe String(cString: $0) } ?? ""
        fault = KafkaFault(code, "a record for \(topic) was not written")
      }
      callbacks.delivered(
        unsafe KafkaDelivery(
          number: UInt(bitPattern: message.pointee._private), partition: message.pointee.partition,
          offset: message.pointee.offset, fault: fault))
    }
  }

  private static func string(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
