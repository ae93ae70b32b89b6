// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]

// A package of its own, so that nobody who builds or tests Xopix builds this too.
let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "xopix", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        .product(name: "XopixParts", package: "xopix"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    // Xopix's side of the comparison in peers/; needs the search engine alone, so that it is built soon.
    .executableTarget(
      name: "PeerRunner",
      dependencies: [
        .product(name: "XopixSearch", package: "xopix"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
  ]
)
