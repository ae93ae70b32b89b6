/// Why the registry did not do what it was asked for.
public enum RegistryError: Error, Equatable, Sendable {
  case subjectNotFound(String)
  case versionNotFound(String)
  /// No schema of this id, or none like it in the subject.
  case schemaNotFound(id: Int?)
  /// Deleted already: only a permanent deletion is left to do.
  case subjectSoftDeleted(String)
  /// A permanent deletion comes after one that is not.
  case subjectNotSoftDeleted(String)
  case versionSoftDeleted(subject: String, version: Int)
  case versionNotSoftDeleted(subject: String, version: Int)
  case levelNotConfigured(String)
  case modeNotConfigured(String)
  /// The schema breaks the subject's compatibility level; with what it breaks.
  case incompatible(subject: String, messages: [String])
  case invalidSchema(String)
  case invalidVersion(String)
  case invalidLevel(String)
  case invalidMode(String)
  /// The subject's mode does not allow it.
  case notPermitted(String)
  case referenceExists(subject: String, version: Int)
  case idDoesNotMatch(id: Int)
  case invalidSubject(String)
  /// A request that is no request of this API.
  case invalidRequest(status: Int, String)
  /// The database failed, or holds what this program did not write.
  case storage(String)

  /// The code in answers, as Confluent's registry gives it.
  public var code: Int {
    switch self {
    case .subjectNotFound: 40401
    case .versionNotFound: 40402
    case .schemaNotFound: 40403
    case .subjectSoftDeleted: 40404
    case .subjectNotSoftDeleted: 40405
    case .versionSoftDeleted: 40406
    case .versionNotSoftDeleted: 40407
    case .levelNotConfigured: 40408
    case .modeNotConfigured: 40409
    case .incompatible: 409
    case .invalidSchema: 42201
    case .invalidVersion: 42202
    case .invalidLevel: 42203
    case .invalidMode: 42204
    case .notPermitted: 42205
    case .referenceExists: 42206
    case .idDoesNotMatch: 42207
    case .invalidSubject: 42208
    case .invalidRequest(let status, _): status
    case .storage: 50001
    }
  }

  /// The HTTP status of answers.
  public var status: Int { code < 1000 ? code : code / 100 }

  /// What is wrong, and what to do, in words.
  public var message: String {
    switch self {
    case .subjectNotFound(let subject): "Subject '\(subject)' not found."
    case .versionNotFound(let version): "Version \(version) not found."
    case .schemaNotFound(let id?): "Schema \(id) not found"
    case .schemaNotFound(nil): "Schema not found"
    case .subjectSoftDeleted(let subject):
      "Subject '\(subject)' was soft deleted. Set permanent=true to delete permanently"
    case .subjectNotSoftDeleted(let subject):
      "Subject '\(subject)' was not deleted first before being permanently deleted"
    case .versionSoftDeleted(let subject, let version):
      "Subject '\(subject)' Version \(version) was soft deleted. Set permanent=true to delete permanently"
    case .versionNotSoftDeleted(let subject, let version):
      "Subject '\(subject)' Version \(version) was not deleted first before being permanently deleted"
    case .levelNotConfigured(let subject):
      "Subject '\(subject)' does not have subject-level compatibility configured"
    case .modeNotConfigured(let subject): "Subject '\(subject)' does not have subject-level mode configured"
    case .incompatible(let subject, let messages):
      "Schema being registered is incompatible with an earlier schema for subject \"\(subject)\", details: "
        + "[\(messages.joined(separator: ", "))]"
    case .invalidSchema(let reason): "Invalid schema: \(reason)"
    case .invalidVersion(let version):
      "The specified version '\(version)' is not a valid version id. "
        + "Allowed values are between [1, 2^31-1] and the string \"latest\""
    case .invalidLevel(let level):
      "Invalid compatibility level \"\(level)\". Valid values are none, backward, forward, full, backward_transitive, "
        + "forward_transitive, and full_transitive"
    case .invalidMode(let mode):
      "Invalid mode \"\(mode)\". Valid values are READWRITE, READONLY, READONLY_OVERRIDE and IMPORT"
    case .notPermitted(let reason): reason
    case .referenceExists(let subject, let version):
      "One or more references exist to the schema {subject=\(subject),version=\(version)}; delete those schemas first"
    case .idDoesNotMatch(let id):
      "Schema id \(id) belongs to another schema already; leave the id out or choose another"
    case .invalidSubject(let reason): "The specified subject is not a valid subject: \(reason)"
    case .invalidRequest(_, let reason): reason
    case .storage(let reason): "Error in the backend data store: \(reason)"
    }
  }
}

extension RegistryError: CustomStringConvertible {
  /// The code and the message.
  public var description: String { "\(code): \(message)" }
}
