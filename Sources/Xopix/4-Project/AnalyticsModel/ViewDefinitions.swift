public import DefinitionFiles
public import Streams

/// Reads definitions of views from YAML.
public enum ViewDefinitions {
  /// The views in a file such as `fixtures/views/built-in.yaml`: a mapping with a list `views`.
  ///
  /// - Parameter file: the file's name, for messages.
  public static func parse(yaml text: String, file: String) throws(DefinitionError) -> [ViewDefinition] {
    let content: File = try DefinitionFiles.decode(yaml: text, file: file, members: members)
    do throws(StreamError) {
      for view in content.views { try view.validate(against: ShopStreams.schemas) }
    } catch {
      throw DefinitionError(file: file, reason: "\(error)")
    }
    return content.views
  }

  private struct File: Decodable {
    let views: [ViewDefinition]
  }

  private static let members = [
    "": ["views"],
    "views/*": [
      "name", "description", "source", "where", "window_seconds", "keys", "aggregates", "order_by", "limit", "max_rows",
    ],
    "views/*/aggregates/*": ["name", "function", "column", "where", "unit"],
  ]
}
