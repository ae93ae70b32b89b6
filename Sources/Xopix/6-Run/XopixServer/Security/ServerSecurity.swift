internal import AccessControl
internal import BrokerSecurity
internal import DefinitionFiles
internal import Foundation
internal import KafkaBroker
internal import Logging
internal import Synchronization

/// Who may use the broker, and what its connections are encrypted with. Both follow their files while the server runs.
final class ServerSecurity: Sendable {
  private let configuration: Configuration
  private let files: AccessFiles?
  private let access: LiveAccess?
  private let authenticator: PasswordAuthenticator?
  private let maximumSessionSeconds: Int?
  private let tls: LiveTLS?
  private let watched: Mutex<Watched>

  private struct Watched {
    var accessFiles: [String] = []
    var stamps: [String: Stamp] = [:]
  }

  /// By what it is told that a file has changed.
  private struct Stamp: Equatable {
    let modified: Date?
    let byteCount: UInt64?
    let number: UInt64?

    init(_ path: String) {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      modified = attributes?[.modificationDate] as? Date
      byteCount = (attributes?[.size] as? NSNumber)?.uint64Value
      number = (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
    }
  }

  /// Reads what the configuration names.
  init(_ configuration: Configuration, directory: DataDirectory) throws {
    self.configuration = configuration
    var watched = Watched()
    if let source = configuration.auth {
      let files = AccessFiles(source: source, secret: try AccessFiles.secret(in: directory))
      let (definition, table, read) = try files.read()
      let access = LiveAccess(table)
      self.files = files
      self.access = access
      authenticator = PasswordAuthenticator(
        access: access, allowsPlainInTheClear: definition.allowsPlainInTheClear)
      maximumSessionSeconds = definition.maximumSessionSeconds
      watched.accessFiles = read
    } else {
      (files, access, authenticator, maximumSessionSeconds) = (nil, nil, nil, nil)
    }
    if let tlsFiles = configuration.tls {
      do throws(TLSError) {
        tls = try LiveTLS(tlsFiles) { [access] name in access?.table.principal(named: name) }
      } catch {
        throw StartFailure.configuration(reason: error.description)
      }
    } else {
      tls = nil
    }
    watched.stamps = Self.stamps(of: watched.accessFiles + Self.paths(configuration.tls))
    self.watched = Mutex(watched)
  }

  /// Gives a broker its security.
  func apply(to parts: inout BrokerServer.Parts, _ broker: inout BrokerConfiguration) {
    if let access { parts.authorizer = access }
    if let authenticator { parts.authenticator = authenticator }
    broker.maximumSessionMilliseconds = maximumSessionSeconds.map { Int64($0) * 1000 }
    if let tls { parts.makeTLSHandler = { try tls.makeHandler() } }
  }

  /// Says what is served how.
  func tell(_ logger: Logger) {
    guard let address = configuration.kafka else { return }
    guard let access else {
      return logger.notice("no auth is configured: everything is served to this machine, and to this machine only")
    }
    logger.notice(
      "the broker asks clients who they are; HTTP and the registry serve this machine without asking",
      metadata: ["users": "\(access.table.userCount)", "tls": "\(tls != nil)"])
    if tls == nil, !address.isLoopback {
      logger.warning(
        "the broker is served to other machines without TLS: whoever is on the way reads and changes what is sent")
    }
  }

  /// Reads the files again where one has changed, or where `always` asks for it. What can't be used is told, and what is
  /// served stays as it was.
  func reload(always: Bool, _ logger: Logger) {
    let (paths, before) = watched.withLock { ($0.accessFiles + Self.paths(configuration.tls), $0.stamps) }
    let now = Self.stamps(of: paths)
    guard always || now != before else { return }
    watched.withLock { $0.stamps = now }
    if let files, let access {
      do throws(DefinitionError) {
        let (_, table, read) = try files.read()
        access.replace(with: table)
        watched.withLock {
          $0.accessFiles = read
          $0.stamps = Self.stamps(of: read + Self.paths(configuration.tls))
        }
        logger.notice("users and roles were read again", metadata: ["users": "\(table.userCount)"])
      } catch {
        logger.error("users and roles stay as they were", metadata: ["reason": "\(error)"])
      }
    }
    if let tls, let tlsFiles = configuration.tls {
      do throws(TLSError) {
        try tls.reload(tlsFiles)
        logger.notice("certificates were read again", metadata: ["certificate": "\(tlsFiles.certificateChain)"])
      } catch {
        logger.error("certificates stay as they were", metadata: ["reason": "\(error)"])
      }
    }
  }

  private static func paths(_ tls: TLSFiles?) -> [String] {
    guard let tls else { return [] }
    return [tls.certificateChain, tls.privateKey] + (tls.clientAuthorities.map { [$0] } ?? [])
  }

  private static func stamps(of paths: [String]) -> [String: Stamp] {
    Dictionary(paths.map { ($0, Stamp($0)) }) { first, _ in first }
  }
}
