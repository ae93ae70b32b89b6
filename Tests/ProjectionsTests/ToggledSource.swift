import Projections
import Synchronization

/// A log whose second batch is damaged until it is mended.
final class ToggledSource: BatchSource {
  private let source: Mutex<ToySource>
  private let whole: SourceBatch

  init(first: ToySource, then whole: SourceBatch) {
    source = Mutex(first)
    self.whole = whole
  }

  func mend() { source.withLock { $0.batches[1] = whole } }

  func read(from ordinal: UInt64, maxBytes: Int) -> SourceReading {
    source.withLock { $0.read(from: ordinal, maxBytes: maxBytes) }
  }

  func waitForBatch(at ordinal: UInt64, milliseconds: Int) -> Bool { ordinal < endOrdinal }

  var endOrdinal: UInt64 { source.withLock { $0.endOrdinal } }

  var endPosition: Position { source.withLock { $0.endPosition } }
}
