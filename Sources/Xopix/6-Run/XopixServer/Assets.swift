internal import AnalyticsModel
internal import CatalogueModel
internal import Foundation
internal import FraudModel
internal import Scoring
internal import Streams

/// The files that come with the binary: definitions in `fixtures`, pages in `dashboards`.
struct Assets: Sendable {
  /// The directory that holds both.
  let directory: String

  /// The file by which the directory is known.
  private static let landmark = "fixtures/indexes/products.yaml"

  /// The directory given, or the first that has the files of: the working directory, the binary's and those above it.
  init(given: String?) throws(StartFailure) {
    var candidates = given.map { [$0] } ?? ["."]
    if given == nil {
      let binary = URL(fileURLWithPath: CommandLine.arguments.first ?? ".").resolvingSymlinksInPath()
      var place = (Bundle.main.executableURL ?? binary).resolvingSymlinksInPath().deletingLastPathComponent()
      for _ in 0..<5 {
        candidates.append(place.path)
        candidates.append(place.appendingPathComponent("share/xopix").path)
        place = place.deletingLastPathComponent()
      }
    }
    guard
      let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0 + "/" + Self.landmark) })
    else {
      throw .configuration(
        reason: given.map { "\($0) does not hold \(Self.landmark)" }
          ?? "the directories fixtures and dashboards were not found; name the directory that holds them by --assets")
    }
    directory = found
  }

  /// The directory of the pages.
  var pages: String { directory + "/dashboards" }

  /// The directory of the events' schemas.
  var schemas: String { directory + "/fixtures/schemas" }

  /// The text of a file.
  func text(_ path: String) throws(StartFailure) -> String {
    do {
      return try String(contentsOfFile: directory + "/" + path, encoding: .utf8)
    } catch {
      throw .configuration(reason: "\(directory)/\(path) can't be read: \(error.localizedDescription)")
    }
  }

  /// What the read models are made by.
  func definitions() throws -> Definitions {
    Definitions(
      catalogue: try CatalogueDefinition(yaml: text(Self.landmark), file: "products.yaml"),
      views: try ViewDefinitions.parse(yaml: text("fixtures/views/built-in.yaml"), file: "built-in.yaml"),
      scoring: try FraudDefinitions.parse(
        features: text("fixtures/fraud/features.yaml"), rules: text("fixtures/fraud/rules.yaml")))
  }
}

/// What the read models are made by.
struct Definitions: Sendable {
  let catalogue: CatalogueDefinition
  let views: [ViewDefinition]
  let scoring: ScoringDefinition
}
