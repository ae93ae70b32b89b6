import ArgumentParser

@main
struct Benchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Measure the parts of Xopix, each by itself.")

  @Option(help: "Products in the generated catalogue.") var products = 20_000
  @Option(help: "The seed of what is generated.") var seed: UInt64 = 1
  @Argument(help: "Words that a benchmark's name must hold one of.") var names: [String] = []

  func run() async throws {
    let material = try Material(productCount: products, seed: seed)
    let stopwatch = Stopwatch(wanted: names)
    try await EngineBenchmarks(stopwatch: stopwatch, material: material).run()
    SuggestionBenchmarks(stopwatch: stopwatch, seed: seed).run()
    try ModelBenchmarks(stopwatch: stopwatch, material: material).run()
  }
}
