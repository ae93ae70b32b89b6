import Foundation
import Testing

/// Holds the sources to the house's rules, which the compiler alone does not check.
@Suite("The layout of the sources")
struct LayoutTests {
  /// Modules by level: a module imports lower levels only.
  static let levels: [[String]] = [
    ["CChecksum", "CICU", "CKafka", "CLZ4", "COpenSSL", "CSimdJSON", "CSnappy", "CStemmer", "CZlib", "CZstd"],
    ["ByteCoding", "Credentials", "DefinitionFiles", "JSONBytes", "QueryLanguage", "TextAnalysis"],
    ["DurableFiles", "JSONSchemas", "RecordBatches", "Relevance", "Scoring", "Suggestions"],
    ["AccessControl", "EventLog", "KafkaClient", "KafkaWire", "Projections", "SearchEngine", "Streams"],
    ["EventSources", "KafkaBroker", "SchemaRegistry", "ShopEvents"],
    ["AnalyticsModel", "BrokerSecurity", "CatalogueModel", "FraudModel", "Telemetry", "WriteSide"],
    ["HTTPAPI"],
    ["XopixServer"],
    ["xopix"],
  ]

  /// Words of the shop, which engines must not know.
  static let shopWords = [
    "product", "catalogue", "catalog", "shopper", "merchant", "basket", "checkout", "payment", "inventory", "coupon",
  ]

  /// Lines that a source file may have; a file that needs more is two.
  static let longestFile = 500

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  struct Source {
    let module: String
    let path: String
    let lines: [Substring]
    var isEngine: Bool { path.contains("Sources/Engines/") }
  }

  static func sources() throws -> [Source] {
    let enumerator = FileManager.default.enumerator(atPath: root.path + "/Sources")
    var sources: [Source] = []
    while let path = enumerator?.nextObject() as? String {
      guard path.hasSuffix(".swift") else { continue }
      let parts = path.split(separator: "/")
      let module = parts[0] == "Engines" ? parts[1] : parts[2]
      let text = try String(contentsOfFile: root.path + "/Sources/" + path, encoding: .utf8)
      sources.append(
        Source(
          module: String(module), path: "Sources/" + path,
          lines: text.split(separator: "\n", omittingEmptySubsequences: false)))
    }
    return sources
  }

  static func imports(of source: Source) -> [String] {
    source.lines.compactMap { line in
      let words = line.split(separator: " ")
      guard let index = words.firstIndex(of: "import"), index <= 1, words.count > index + 1 else { return nil }
      return String(words[index + 1])
    }
  }

  @Test("every source file is found, and every module has a level")
  func modulesHaveLevels() throws {
    let sources = try Self.sources()
    #expect(sources.count > 50)
    let known = Set(Self.levels.joined())
    for source in sources { #expect(known.contains(source.module), "\(source.module) has no level") }
  }

  @Test("modules import lower levels only")
  func importsGoDown() throws {
    let level = Dictionary(
      uniqueKeysWithValues: Self.levels.enumerated().flatMap { index, names in names.map { ($0, index) } })
    for source in try Self.sources() {
      guard let own = level[source.module] else { continue }
      for name in Self.imports(of: source) {
        guard let other = level[name] else { continue }
        #expect(other < own, "\(source.path) imports \(name), which is not below \(source.module)")
      }
    }
  }

  @Test("engines use no Foundation and know no shop")
  func enginesAreGeneral() throws {
    for source in try Self.sources() where source.isEngine {
      #expect(!Self.imports(of: source).contains { $0.hasPrefix("Foundation") }, "\(source.path) imports Foundation")
      for (number, line) in source.lines.enumerated() {
        let words = line.lowercased().split { !$0.isLetter }
        for word in Self.shopWords where words.contains(where: { $0 == word || $0 == word + "s" }) {
          Issue.record("\(source.path):\(number + 1) speaks of the shop: \(word)")
        }
      }
    }
  }

  @Test("files are short, and force nothing")
  func filesAreShort() throws {
    for source in try Self.sources() where !source.path.contains("/Generated/") {
      #expect(source.lines.count <= Self.longestFile, "\(source.path) has \(source.lines.count) lines")
      for (number, line) in source.lines.enumerated() where !line.contains("//") {
        #expect(!line.contains("try!"), "\(source.path):\(number + 1) has try!")
        #expect(!line.contains("as!"), "\(source.path):\(number + 1) has as!")
        #expect(!line.contains("fatalError("), "\(source.path):\(number + 1) has fatalError")
      }
    }
  }

  @Test("what is unchecked or unsafe says why it is safe")
  func unsafeCodeHasProofs() throws {
    for source in try Self.sources() {
      for (number, line) in source.lines.enumerated() where line.contains("@unchecked Sendable") {
        let before = source.lines[max(0, number - 12)...number]
        #expect(
          before.contains { $0.contains("Safety:") }, "\(source.path):\(number + 1) has no // Safety: comment nearby")
      }
      let usesUnsafe = source.lines.contains { line in
        let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return code.contains("unsafe ") && !code.contains("\"")
      }
      if usesUnsafe {
        #expect(source.lines.contains { $0.contains("Safety:") }, "\(source.path) uses unsafe code and proves nothing")
      }
    }
  }

  @Test("the paths that ARCHITECTURE.md names exist")
  func architecturePathsExist() throws {
    let text = try String(contentsOfFile: Self.root.path + "/ARCHITECTURE.md", encoding: .utf8)
    let paths = text.split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
      .filter { path in
        ["Sources/", "Tests/", "Benchmarks/", "fixtures/", "dashboards/", "scripts/", "docs/"].contains {
          path.hasPrefix($0)
        }
      }
    #expect(!paths.isEmpty)
    for path in paths {
      #expect(FileManager.default.fileExists(atPath: Self.root.path + "/" + path), "ARCHITECTURE.md names \(path)")
    }
  }
}
