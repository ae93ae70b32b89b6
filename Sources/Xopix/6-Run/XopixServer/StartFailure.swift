internal import CatalogueModel
internal import DefinitionFiles
internal import DurableFiles
internal import EventLog
internal import EventSources
internal import KafkaClient
internal import Projections
internal import SearchEngine

/// Why a server, or work on a data directory, can't begin.
public enum StartFailure: Error, Sendable {
  /// Something that the operator gave can't be used.
  case configuration(reason: String)
  /// Files in the data directory are damaged.
  case damagedData(reason: String)
  /// Another process has the data directory or the address.
  case inUse(reason: String)

  /// The failure that an error on the way to a running server is to its operator.
  init(_ error: any Error) {
    switch error {
    case let failure as StartFailure: self = failure
    case let error as ConfigurationError: self = .configuration(reason: error.description)
    case let error as CatalogueDefinitionError: self = .configuration(reason: error.description)
    case let error as DefinitionError: self = .configuration(reason: error.description)
    case let error as ProjectionError:
      if case .otherDefinitions = error {
        self = .configuration(reason: error.description)
      } else {
        self = .damagedModels(error)
      }
    case let error as ClusterError:
      switch error {
      case .damagedIdentity: self = .damagedData(reason: error.description)
      case .notAMirror, .otherHistory, .client: self = .configuration(reason: error.description)
      case .log(let error): self.init(error)
      case .fenced, .unavailable, .stopped, .storage: self = .inUse(reason: error.description)
      }
    case let error as IndexError: self = .damagedModels(error)
    case let error as EventLogError:
      switch error {
      case .damaged: self = .damagedData(reason: error.description)
      default: self = .inUse(reason: error.description)
      }
    case let error as FileError: self = .inUse(reason: error.description)
    default: self = .inUse(reason: "\(error)")
    }
  }

  /// Damage to what is made from the log, and can be made again.
  private static func damagedModels(_ error: any CustomStringConvertible) -> StartFailure {
    .damagedData(
      reason: "\(error.description); `xopix rebuild all --activate --data DIRECTORY` makes it anew from the log")
  }

  /// Runs `body` and gives its errors as start failures.
  static func reported<Value>(_ body: () throws -> Value) throws(StartFailure) -> Value {
    do { return try body() } catch { throw StartFailure(error) }
  }
}
