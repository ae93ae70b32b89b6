import ArgumentParser
import Foundation
import SearchEngine

/// Changes that come at a steady rate, applied and made visible as the server's projection does it: what is there is
/// applied, and is shown once nothing more is there, or 50 ms after the last time.
struct ChangeLoad {
  /// Changes of stock a second, and of products.
  let stockRate: Int
  let productRate: Int
  let checkpointInterval: Duration
  private let clock = ContinuousClock()
  private var random: SeededGenerator

  /// What happened in a run.
  struct Outcome {
    var stockChanges = 0
    var productChanges = 0
    /// Changes that had come and were not applied even after as long again.
    var backlog = 0
    var seconds = 0.0
    /// From a change's coming to the snapshot that has it; changes that come together count once.
    var visible = Latencies()
    var refreshes = Latencies()
    /// What checkpoints hold the writer, and how long until they are written beside it.
    var checkpoints = Latencies()
    var checkpointsWritten = Latencies()
    var mostSegments = 0
  }

  /// Changes come together so often.
  private static let arrival: Duration = .milliseconds(10)
  private static let longestUnpublished: Duration = .milliseconds(50)
  /// Changes that are applied before the clock is looked at again; the server reads a megabyte.
  private static let changesOfStep = 4000

  init(stockRate: Int, productRate: Int, checkpointInterval: Duration, seed: UInt64) {
    self.stockRate = stockRate
    self.productRate = productRate
    self.checkpointInterval = checkpointInterval
    random = SeededGenerator(seed: seed)
  }

  /// How many changes have come with the first `arrivals` arrivals.
  private func due(_ rate: Int, _ arrivals: Int) -> Int { Int(Double(rate * arrivals) * Self.arrival.seconds) }

  /// Changes the catalogue by all that comes until `end`.
  mutating func run(
    _ catalogue: inout LiveCatalogue, until end: ContinuousClock.Instant, publish: (IndexSnapshot) -> Void
  ) throws -> Outcome {
    var outcome = Outcome()
    let start = clock.now
    var arrivals = 0
    var unpublished: [ContinuousClock.Instant] = []
    var lastPublished = start
    var lastCheckpoint = start
    var pending: IndexCheckpoint?
    var lastStock: Int?
    var lastPrice: (product: Int, price: Int64)?
    func arrived(_ now: ContinuousClock.Instant) -> Int {
      Int(((min(now, end) - start).seconds / Self.arrival.seconds).rounded(.down))
    }
    while true {
      let now = clock.now
      // What came before the end is applied after it, but not for ever.
      let isOver = now >= end && (arrivals >= arrived(end) || now - end > end - start)
      var changes = 0
      while !isOver, arrivals < arrived(now), changes < Self.changesOfStep {
        let stock = due(stockRate, arrivals + 1) - due(stockRate, arrivals)
        let products = due(productRate, arrivals + 1) - due(productRate, arrivals)
        for _ in 0..<stock {
          let product = Int.random(in: 0..<catalogue.count, using: &random)
          catalogue.changeStock(of: product, to: max(0, Int.random(in: -100..<500, using: &random)))
          lastStock = product
        }
        for _ in 0..<products {
          let product = Int.random(in: 0..<catalogue.count, using: &random)
          let price = Int64.random(in: 1..<1000, using: &random)
          try catalogue.changePrice(of: product, to: price)
          lastPrice = (product, price)
        }
        arrivals += 1
        // What comes together is there at the end of its interval.
        unpublished.append(start + Self.arrival * arrivals)
        outcome.stockChanges += stock
        outcome.productChanges += products
        changes += stock + products
      }
      if !unpublished.isEmpty, changes == 0 || clock.now - lastPublished > Self.longestUnpublished {
        let before = clock.now
        let snapshot = try catalogue.writer.refresh()
        publish(snapshot)
        lastPublished = clock.now
        outcome.refreshes.add((lastPublished - before).nanoseconds)
        for came in unpublished { outcome.visible.add((lastPublished - came).nanoseconds) }
        unpublished = []
        outcome.mostSegments = max(outcome.mostSegments, snapshot.segmentCount)
        if let lastStock, !catalogue.showsStock(of: lastStock, in: snapshot) {
          throw ValidationError("a snapshot lacks the stock of product \(lastStock), which was changed before it")
        }
        if let (product, price) = lastPrice, !catalogue.showsPrice(price, of: product, in: snapshot) {
          throw ValidationError("a snapshot lacks the price of product \(product), which was changed before it")
        }
      }
      if isOver { break }
      if let checkpoint = pending, checkpoint.isOver {
        catalogue.writer.discardFiles(notIn: try checkpoint.manifest())
        outcome.checkpointsWritten.add((clock.now - lastCheckpoint).nanoseconds)
        pending = nil
      }
      if pending == nil, clock.now - lastCheckpoint > checkpointInterval {
        let before = clock.now
        pending = try catalogue.writer.beginCheckpoint()
        lastCheckpoint = clock.now
        outcome.checkpoints.add((lastCheckpoint - before).nanoseconds)
      }
      let next = start + Self.arrival * (arrivals + 1)
      if changes == 0, clock.now < next { Thread.sleep(forTimeInterval: (min(next, end) - clock.now).seconds) }
    }
    outcome.seconds = (clock.now - start).seconds
    _ = try pending?.manifest()
    let came = arrived(end)
    outcome.backlog =
      due(stockRate, came) + due(productRate, came) - due(stockRate, arrivals) - due(productRate, arrivals)
    return outcome
  }
}
