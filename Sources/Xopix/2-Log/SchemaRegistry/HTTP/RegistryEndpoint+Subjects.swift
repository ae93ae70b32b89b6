internal import HTTPTypes
internal import JSONBytes

extension RegistryEndpoint {
  /// Subjects and their versions.
  static let subjects: [RegistryEndpoint] = [
    RegistryEndpoint(.get, "/subjects") { call in
      var prefix = call.text("subjectPrefix") ?? ""
      if prefix.hasPrefix(":*:") || prefix.hasPrefix(":.:") { prefix = String(prefix.dropFirst(3)) }
      let names = call.registry.subjects(
        prefix: prefix, deleted: call.flag("deleted"), deletedOnly: call.flag("deletedOnly"))
      return .list(try call.page(of: names))
    },
    RegistryEndpoint(.post, "/subjects/{subject}") { call in
      let schema = try SchemaRequest(try await call.body()).schema
      let found = try call.registry.lookUp(
        schema, in: try call.subject, normalized: call.flag("normalize"), deleted: call.flag("deleted"))
      return RegistryAnswer { $0.registered(found) }
    },
    RegistryEndpoint(.delete, "/subjects/{subject}") { call in
      .list(try await call.registry.deleteSubject(try call.subject, permanently: call.flag("permanent")))
    },
    RegistryEndpoint(.get, "/subjects/{subject}/versions") { call in
      let numbers = try call.registry.versions(
        of: try call.subject, deleted: call.flag("deleted"), deletedOnly: call.flag("deletedOnly"))
      return .list(try call.page(of: numbers))
    },
    RegistryEndpoint(.post, "/subjects/{subject}/versions") { call in
      let request = try SchemaRequest(try await call.body())
      let registered = try await call.registry.register(
        request.schema, in: try call.subject, normalized: call.flag("normalize"), id: request.id,
        version: request.id == nil ? nil : request.version)
      return RegistryAnswer { writer in
        writer.beginObject()
        writer.key("id")
        writer.integer(Int64(registered.id))
        writer.key("version")
        writer.integer(Int64(registered.version))
        writer.schemaMembers(registered.schema)
        writer.endObject()
      }
    },
    RegistryEndpoint(.get, "/subjects/{subject}/versions/{version}") { call in
      let version = try call.version
      let found = try call.registry.version(version, of: try call.subject, deleted: call.flag("deleted"))
      return RegistryAnswer { $0.registered(found) }
    },
    RegistryEndpoint(.get, "/subjects/{subject}/versions/{version}/schema") { call in
      let version = try call.version
      let found = try call.registry.version(version, of: try call.subject, deleted: call.flag("deleted"))
      return RegistryAnswer(bytes: Array(found.schema.text.utf8))
    },
    RegistryEndpoint(.get, "/subjects/{subject}/versions/{version}/referencedby") { call in
      let version = try call.version
      let ids = try call.registry.referrers(
        of: try call.subject, version: version, deleted: call.flag("deleted"))
      return .list(try call.page(of: ids))
    },
    RegistryEndpoint(.delete, "/subjects/{subject}/versions/{version}") { call in
      let version = try call.version
      let number = try await call.registry.deleteVersion(
        version, of: try call.subject, permanently: call.flag("permanent"))
      return RegistryAnswer { $0.integer(Int64(number)) }
    },
  ]

  /// Schemas by id.
  static let schemas: [RegistryEndpoint] = [
    RegistryEndpoint(.get, "/schemas") { call in
      let found = try call.registry.schemas(
        prefix: call.text("subjectPrefix") ?? "", deleted: call.flag("deleted"), latestOnly: call.flag("latestOnly"))
      let page = try call.page(of: found)
      return RegistryAnswer { writer in
        writer.beginArray()
        for registered in page { writer.registered(registered) }
        writer.endArray()
      }
    },
    RegistryEndpoint(.get, "/schemas/types") { _ in .list(SchemaType.allCases.map(\.rawValue)) },
    RegistryEndpoint(.get, "/schemas/ids/{id}") { call in
      let schema = try call.registry.schema(id: try call.id)
      let greatest = call.flag("fetchMaxId") ? call.registry.greatestID : nil
      return RegistryAnswer { writer in
        writer.beginObject()
        writer.schemaMembers(schema)
        if let greatest {
          writer.key("maxId")
          writer.integer(Int64(greatest))
        }
        writer.endObject()
      }
    },
    RegistryEndpoint(.get, "/schemas/ids/{id}/schema") { call in
      RegistryAnswer(bytes: Array(try call.registry.schema(id: try call.id).text.utf8))
    },
    RegistryEndpoint(.get, "/schemas/ids/{id}/subjects") { call in
      let found = try call.registry.versions(ofID: try call.id, deleted: call.flag("deleted"))
      return .list(try call.page(of: Set(found.map(\.subject)).sorted()))
    },
    RegistryEndpoint(.get, "/schemas/ids/{id}/versions") { call in
      let found = try call.page(of: try call.registry.versions(ofID: try call.id, deleted: call.flag("deleted")))
      return RegistryAnswer { writer in
        writer.beginArray()
        for registered in found {
          writer.beginObject()
          writer.key("subject")
          writer.string(registered.subject)
          writer.key("version")
          writer.integer(Int64(registered.version))
          writer.endObject()
        }
        writer.endArray()
      }
    },
  ]
}
