internal import Foundation

extension Registry {
  /// What became of a built-in schema.
  public enum BuiltInOutcome: Hashable, Sendable {
    /// It is there, now or since an earlier start.
    case registered(RegisteredSchema)
    /// What the subject has by now is not compatible with it, and stays.
    case refused(subject: String, reason: String)
  }

  /// Registers schemas that come with the program, unless their subjects' compatibility forbids it. A subject that has a
  /// later version of somebody else's keeps it as the latest.
  public func registerBuiltIn(_ schemas: [(subject: String, text: String)]) async throws(RegistryError)
    -> [BuiltInOutcome]
  {
    var outcomes: [BuiltInOutcome] = []
    for (subject, text) in schemas {
      do throws(RegistryError) {
        outcomes.append(.registered(try await register(SchemaText(text: text), in: subject)))
      } catch {
        guard error.status < 500 else { throw error }
        outcomes.append(.refused(subject: subject, reason: error.message))
      }
    }
    return outcomes
  }

  /// Registers each file `<subject>.json` of a directory, in the order of their names.
  public func registerBuiltIn(directory: String) async throws(RegistryError) -> [BuiltInOutcome] {
    var schemas: [(subject: String, text: String)] = []
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() where name.hasSuffix(".json")
      {
        schemas.append((String(name.dropLast(5)), try String(contentsOfFile: directory + "/" + name, encoding: .utf8)))
      }
    } catch {
      throw .storage("the built-in schemas in \(directory) can't be read: \(error)")
    }
    return try await registerBuiltIn(schemas)
  }
}
