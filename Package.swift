// swift-tools-version: 6.2
import PackageDescription

// Modules depend downwards only: each list below names everything that a module may import.
// ARCHITECTURE.md draws the levels; Tests/LayoutTests reads the imports and holds the code to them.

/// Settings of the tests: the testing macros' expansions are not written for strict memory safety.
let testSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

/// Settings of every other Swift target of this package.
let settings: [SwiftSetting] = testSettings + [.strictMemorySafety()]

/// A library of general use: no word of shops, no HTTP, no Foundation.
func engine(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Engines/\(name)", exclude: readme(name),
    swiftSettings: settings)
}

/// A part of the product, in the folder of the step that it takes in an event's travel.
func product(_ step: String, _ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/Xopix/\(step)/\(name)", swiftSettings: settings)
}

/// The tests of one module, which may also use what the module itself uses.
func tests(_ module: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(module)Tests", dependencies: [.byName(name: module)] + dependencies,
    path: "Tests/\(module)Tests", swiftSettings: testSettings)
}

/// Every engine has a page of documentation beside its sources.
func readme(_ name: String) -> [String] { ["README.md"] }

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let package = Package(
  name: "xopix",
  products: [
    .executable(name: "xopix", targets: ["xopix"]),
    // For the package in Benchmarks, which measures these parts by themselves; the search engine also against others.
    .library(name: "XopixSearch", targets: ["JSONBytes", "QueryLanguage", "SearchEngine", "Suggestions"]),
    .library(
      name: "XopixParts",
      targets: [
        "AnalyticsModel", "ByteCoding", "CatalogueModel", "EventLog", "FraudModel", "JSONBytes", "Projections",
        "QueryLanguage", "RecordBatches", "SearchEngine", "ShopEvents", "Suggestions", "TextAnalysis",
        "WriteSide",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
  ],
  targets: [
    // C libraries and shims, which hold no logic.
    .target(name: "CChecksum", path: "Sources/Engines/C/CChecksum"),
    .target(
      name: "CSimdJSON", path: "Sources/Engines/C/CSimdJSON",
      linkerSettings: [.linkedLibrary("simdjson")]),
    .systemLibrary(
      name: "CICU", path: "Sources/Engines/C/CICU", pkgConfig: "icu-i18n", providers: [.apt(["libicu-dev"])]),
    .systemLibrary(
      name: "CKafka", path: "Sources/Engines/C/CKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    .systemLibrary(
      name: "CLZ4", path: "Sources/Engines/C/CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(
      name: "COpenSSL", path: "Sources/Engines/C/COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSnappy", path: "Sources/Engines/C/CSnappy", providers: [.apt(["libsnappy-dev"])]),
    .systemLibrary(name: "CStemmer", path: "Sources/Engines/C/CStemmer", providers: [.apt(["libstemmer-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "Sources/Engines/C/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstd", path: "Sources/Engines/C/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    // Level 1
    engine("ByteCoding", ["CChecksum"]),
    engine("Credentials", ["CICU", "COpenSSL"]),
    engine("DefinitionFiles", [yams]),
    engine("JSONBytes", ["CSimdJSON"]),
    engine("QueryLanguage"),
    engine("TextAnalysis", ["CICU", "CStemmer"]),
    // Level 2
    engine("DurableFiles", ["ByteCoding"]),
    engine("JSONSchemas", ["JSONBytes"]),
    engine("RecordBatches", ["ByteCoding", "CLZ4", "CSnappy", "CZlib", "CZstd"]),
    engine("Relevance", ["JSONBytes"]),
    engine("Scoring", ["ByteCoding"]),
    engine("Suggestions"),
    // Level 3
    engine("EventLog", ["ByteCoding", "DurableFiles", "RecordBatches"]),
    engine(
      "SearchEngine",
      ["ByteCoding", "CZstd", "DurableFiles", "JSONBytes", "QueryLanguage", "Suggestions", "TextAnalysis"]),
    engine("KafkaClient", ["CKafka", "RecordBatches"]),
    engine("KafkaWire", [nioCore]),
    engine("Streams", ["ByteCoding"]),
    engine("Projections", ["ByteCoding", "DurableFiles", "RecordBatches"]),

    product("2-Log", "AccessControl", ["Credentials", "DefinitionFiles"]),

    // Level 4
    product("1-Publish", "ShopEvents", ["ByteCoding", "JSONBytes", "RecordBatches", "Projections"]),
    product(
      "2-Log", "KafkaBroker",
      [
        "AccessControl", "ByteCoding", "EventLog", "KafkaWire", "RecordBatches", grdb, logging, metrics, nioCore,
        nioPosix,
      ]),
    product(
      "2-Log", "SchemaRegistry", ["JSONBytes", "JSONSchemas", grdb, hummingbird, httpTypes, logging, nioCore]),
    product(
      "3-Consume", "EventSources",
      ["ByteCoding", "DurableFiles", "EventLog", "KafkaClient", "Projections", "RecordBatches"]),
    // Level 5
    product(
      "2-Log", "BrokerSecurity",
      ["AccessControl", "COpenSSL", "Credentials", "KafkaBroker", nioCore]),
    product(
      "1-Publish", "WriteSide", ["ByteCoding", "JSONBytes", "QueryLanguage", "ShopEvents", yams]),
    product(
      "4-Project", "CatalogueModel",
      [
        "ByteCoding", "DurableFiles", "JSONBytes", "Projections", "QueryLanguage", "SearchEngine", "ShopEvents",
        "Suggestions",
        "TextAnalysis", yams,
      ]),
    product(
      "4-Project", "AnalyticsModel",
      [
        "ByteCoding", "DefinitionFiles", "DurableFiles", "JSONBytes", "Projections", "RecordBatches", "ShopEvents",
        "Streams",
      ]),
    product(
      "4-Project", "FraudModel",
      [
        "ByteCoding", "DefinitionFiles", "DurableFiles", "JSONBytes", "Projections", "RecordBatches", "Scoring",
        "ShopEvents",
      ]),
    product("5-Serve", "Telemetry", [logging, metrics]),
    // Level 6
    product(
      "5-Serve", "HTTPAPI",
      [
        "AnalyticsModel", "ByteCoding", "CatalogueModel", "EventLog", "FraudModel", "JSONBytes", "Projections",
        "QueryLanguage",
        "RecordBatches", "SearchEngine", "Scoring", "ShopEvents", "Streams", "Telemetry", hummingbird, httpTypes,
        logging,
        metrics, nioCore, grdb,
      ]),
    // Level 7
    product(
      "6-Run", "XopixServer",
      [
        "AccessControl", "AnalyticsModel", "BrokerSecurity", "ByteCoding", "CatalogueModel", "Credentials",
        "DefinitionFiles", "DurableFiles", "EventLog", "EventSources", "FraudModel",
        "HTTPAPI", "JSONBytes", "KafkaBroker", "KafkaClient", "Projections", "RecordBatches", "SchemaRegistry",
        "Scoring",
        "SearchEngine",
        "ShopEvents", "Streams", "Telemetry", "WriteSide", hummingbird, lifecycle, logging, signals,
        metrics,
        nioCore, nioPosix, yams,
      ]),
    .executableTarget(
      name: "xopix",
      dependencies: [
        "AccessControl", "ByteCoding", "Credentials", "EventLog", "JSONBytes", "KafkaWire", "Projections",
        "RecordBatches", "Relevance", "XopixServer", "WriteSide", argumentParser, histogram, logging, nioCore, nioPosix,
      ],
      path: "Sources/Xopix/6-Run/xopix", swiftSettings: settings),

    tests("AccessControl", ["Credentials", "DefinitionFiles"]),
    tests("BrokerSecurity", ["AccessControl", "Credentials", "KafkaBroker", nioCore]),
    tests("ByteCoding"),
    tests("Credentials"),
    tests("DefinitionFiles"),
    tests("JSONBytes"),
    tests("QueryLanguage"),
    tests("TextAnalysis"),
    tests("DurableFiles", ["ByteCoding"]),
    tests("JSONSchemas", ["JSONBytes"]),
    tests("KafkaClient", ["CKafka", "RecordBatches"]),
    tests("KafkaWire", [nioCore]),
    tests(
      "EventSources",
      ["ByteCoding", "CKafka", "DurableFiles", "EventLog", "KafkaClient", "Projections", "RecordBatches"]),
    tests(
      "KafkaBroker",
      [
        "AccessControl", "ByteCoding", "Credentials", "EventLog", "KafkaWire", "RecordBatches", grdb, logging, nioCore,
        nioPosix,
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    tests(
      "SchemaRegistry",
      [
        "JSONBytes", "JSONSchemas", hummingbird, httpTypes, logging, nioCore,
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    tests("RecordBatches", ["ByteCoding"]),
    tests("Relevance", ["JSONBytes"]),
    tests("Scoring", ["ByteCoding"]),
    tests("EventLog", ["ByteCoding", "DurableFiles", "RecordBatches"]),
    tests("Suggestions"),
    tests(
      "SearchEngine", ["ByteCoding", "DurableFiles", "QueryLanguage", "Suggestions", "TextAnalysis", "JSONBytes"]),
    tests("Streams", ["ByteCoding"]),
    tests("Projections", ["ByteCoding", "DurableFiles", "RecordBatches"]),
    tests("ShopEvents", ["ByteCoding", "JSONBytes", "RecordBatches", "Projections"]),
    tests("WriteSide", ["ByteCoding", "JSONBytes", "ShopEvents"]),
    tests(
      "CatalogueModel",
      [
        "ByteCoding", "DurableFiles", "JSONBytes", "Projections", "QueryLanguage", "RecordBatches", "SearchEngine",
        "ShopEvents",
      ]),
    tests(
      "AnalyticsModel",
      [
        "ByteCoding", "DefinitionFiles", "DurableFiles", "JSONBytes", "Projections", "RecordBatches", "ShopEvents",
        "Streams",
      ]),
    tests(
      "FraudModel",
      [
        "ByteCoding", "DefinitionFiles", "DurableFiles", "JSONBytes", "Projections", "RecordBatches", "ShopEvents",
        "Scoring",
      ]),
    tests(
      "HTTPAPI",
      [
        "AnalyticsModel", "ByteCoding", "CatalogueModel", "FraudModel", "JSONBytes", "Projections", "RecordBatches",
        "ShopEvents", "Telemetry", hummingbird, httpTypes, logging, nioCore,
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
    tests("XopixServer", ["KafkaClient"]),
    .testTarget(name: "LayoutTests", path: "Tests/LayoutTests", swiftSettings: testSettings),
  ],
  cxxLanguageStandard: .cxx17
)

// `XOPIX_TESTS_OF=SearchEngine` leaves the tests of one module with what they need: for builds with a sanitizer, which would
// take long for everything.
if let module = Context.environment["XOPIX_TESTS_OF"] {
  var wanted: Set<String> = []
  var open = ["\(module)Tests"]
  while let name = open.popLast() {
    guard wanted.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else { continue }
    for case .byNameItem(let dependency, _) in target.dependencies { open.append(dependency) }
  }
  package.targets.removeAll { !wanted.contains($0.name) }
  package.products = []
  package.dependencies = []
}
