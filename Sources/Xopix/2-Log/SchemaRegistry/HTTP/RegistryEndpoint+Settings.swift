internal import HTTPTypes
internal import JSONBytes

extension RegistryEndpoint {
  /// The service itself.
  static let service: [RegistryEndpoint] = [
    RegistryEndpoint(.get, "/") { _ in RegistryAnswer(bytes: Array("{}".utf8)) },
    RegistryEndpoint(.get, "/contexts") { _ in .list(["."]) },
    RegistryEndpoint(.get, "/v1/metadata/id") { _ in
      let text =
        #"{"scope":{"path":[],"clusters":{"kafka-cluster":"xopix","schema-registry-cluster":"schema-registry"}},"id":""}"#
      return RegistryAnswer(bytes: Array(text.utf8))
    },
  ]

  /// Questions whether a schema would go with a subject.
  static let compatibility: [RegistryEndpoint] = [
    RegistryEndpoint(.post, "/compatibility/subjects/{subject}/versions") { call in
      try await checkCompatibility(call, version: nil)
    },
    RegistryEndpoint(.post, "/compatibility/subjects/{subject}/versions/{version}") { call in
      try await checkCompatibility(call, version: try call.version)
    },
  ]

  private static func checkCompatibility(_ call: RegistryCall, version: VersionName?) async throws -> RegistryAnswer {
    let schema = try SchemaRequest(try await call.body()).schema
    let messages = try call.registry.incompatibilities(
      of: schema, with: try call.subject, version: version, normalized: call.flag("normalize"))
    return RegistryAnswer { writer in
      writer.beginObject()
      writer.key("is_compatible")
      writer.bool(messages.isEmpty)
      if call.flag("verbose") {
        writer.key("messages")
        writer.beginArray()
        for message in messages { writer.string(message) }
        writer.endArray()
      }
      writer.endObject()
    }
  }

  /// Compatibility levels and modes, of all subjects and of single ones.
  static let settings: [RegistryEndpoint] = [
    RegistryEndpoint(.get, "/config") { call in
      RegistryAnswer("compatibilityLevel", try call.registry.level(of: nil).rawValue)
    },
    RegistryEndpoint(.put, "/config") { call in try await setLevel(call, of: nil) },
    RegistryEndpoint(.delete, "/config") { call in
      let before = try call.registry.level(of: nil)
      try await call.registry.setLevel(nil, of: nil)
      return RegistryAnswer("compatibilityLevel", before.rawValue)
    },
    RegistryEndpoint(.get, "/config/{subject}") { call in
      let subject = try call.subject
      let level =
        try call.flag("defaultToGlobal")
        ? call.registry.effectiveLevel(of: subject) : call.registry.level(of: subject)
      return RegistryAnswer("compatibilityLevel", level.rawValue)
    },
    RegistryEndpoint(.put, "/config/{subject}") { call in try await setLevel(call, of: try call.subject) },
    RegistryEndpoint(.delete, "/config/{subject}") { call in
      let subject = try call.subject
      let before = try call.registry.level(of: subject)
      try await call.registry.setLevel(nil, of: subject)
      return RegistryAnswer("compatibilityLevel", before.rawValue)
    },
    RegistryEndpoint(.get, "/mode") { call in RegistryAnswer("mode", try call.registry.mode(of: nil).rawValue) },
    RegistryEndpoint(.put, "/mode") { call in try await setMode(call, of: nil) },
    RegistryEndpoint(.delete, "/mode") { call in
      let before = try call.registry.mode(of: nil)
      try await call.registry.setMode(nil, of: nil)
      return RegistryAnswer("mode", before.rawValue)
    },
    RegistryEndpoint(.get, "/mode/{subject}") { call in
      let subject = try call.subject
      let mode =
        try call.flag("defaultToGlobal")
        ? call.registry.effectiveMode(of: subject) : call.registry.mode(of: subject)
      return RegistryAnswer("mode", mode.rawValue)
    },
    RegistryEndpoint(.put, "/mode/{subject}") { call in try await setMode(call, of: try call.subject) },
    RegistryEndpoint(.delete, "/mode/{subject}") { call in
      let subject = try call.subject
      let before = try call.registry.mode(of: subject)
      try await call.registry.setMode(nil, of: subject)
      return RegistryAnswer("mode", before.rawValue)
    },
  ]

  private static func setLevel(_ call: RegistryCall, of subject: String?) async throws -> RegistryAnswer {
    let text = try text("compatibility", of: try await call.body())
    let level = try CompatibilityLevel(request: text)
    try await call.registry.setLevel(level, of: subject)
    return RegistryAnswer("compatibility", level.rawValue)
  }

  private static func setMode(_ call: RegistryCall, of subject: String?) async throws -> RegistryAnswer {
    let text = try text("mode", of: try await call.body())
    let mode = try RegistryMode(request: text)
    try await call.registry.setMode(mode, of: subject, force: call.flag("force"))
    return RegistryAnswer("mode", mode.rawValue)
  }

  /// The one member that a body of settings may have.
  private static func text(_ name: String, of body: JSONObject) throws(RegistryError) -> String {
    for (other, value) in body.members where other != name && value != .null {
      throw .invalidRequest(status: 422, "\(other.prefix(100)) is not supported; only \(name) can be set")
    }
    guard case .string(let text)? = body[name] else {
      throw name == "mode" ? .invalidMode("") : .invalidLevel("")
    }
    return text
  }
}
