import Foundation
import Testing

@testable import WriteSide

@Suite("Random numbers")
struct RandomTests {
  @Test("xoshiro256** gives its authors' numbers")
  func referenceNumbers() {
    var source = RandomSource(state: (1, 2, 3, 4))
    let numbers = (0..<5).map { _ in source.next() }
    #expect(numbers == [11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360])
  }

  @Test("seeds and streams are told apart, and repeat themselves")
  func streams() {
    func first(_ seed: UInt64, _ stream: UInt64) -> [UInt64] {
      var source = RandomSource(seed: seed, stream: stream)
      return (0..<4).map { _ in source.next() }
    }
    #expect(first(1, 0) == first(1, 0))
    var seen: Set<[UInt64]> = []
    for seed in 0..<20 as Range<UInt64> {
      for stream in 0..<20 as Range<UInt64> { #expect(seen.insert(first(seed, stream)).inserted) }
    }
  }

  @Test("choices cover their range evenly")
  func evenChoices() {
    var source = RandomSource(seed: 5)
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<20_000 { counts[source.within(3...12) - 3] += 1 }
    for count in counts { #expect((1800...2200).contains(count)) }
  }

  @Test("exponentials and logarithms agree with the C library's")
  func portableMath() {
    var source = RandomSource(seed: 6)
    for _ in 0..<2000 {
      let x = (source.fraction() - 0.5) * 200
      #expect(abs(PortableMath.exp(x) / exp(x) - 1) < 1e-13)
      let y = exp(x)
      #expect(abs(PortableMath.log(y) - log(y)) < 1e-12)
    }
    #expect(PortableMath.exp(0) == 1)
    #expect(PortableMath.log(1) == 0)
  }

  @Test("normal numbers have mean 0 and deviation 1; log-normal ones their median")
  func normalNumbers() {
    var source = RandomSource(seed: 7)
    let numbers = (0..<20_000).map { _ in source.normal() }
    let mean = numbers.reduce(0, +) / 20_000
    let variance = numbers.reduce(0) { $0 + $1 * $1 } / 20_000
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 1) < 0.04)
    let prices = (0..<10_001).map { _ in source.logNormal(median: 50, sigma: 0.7) }.sorted()
    #expect(abs(prices[5000] / 50 - 1) < 0.05)
  }

  @Test("ranks follow Zipf's law", arguments: [0.8, 1.0, 1.2])
  func zipf(exponent: Double) {
    let sampler = ZipfSampler(count: 1000, exponent: exponent)
    var source = RandomSource(seed: 8)
    var counts = [Double](repeating: 0, count: 1000)
    for _ in 0..<60_000 { counts[sampler.sample(&source)] += 1 }
    let sum = (1...1000).reduce(0.0) { $0 + pow(Double($1), -exponent) }
    for rank in [1, 2, 4, 8, 16] {
      let expected = 60_000 * pow(Double(rank), -exponent) / sum
      #expect(abs(counts[rank - 1] / expected - 1) < 0.15, "rank \(rank)")
    }
    #expect(counts.reduce(0, +) == 60_000)
  }
}
