internal import Dispatch
internal import Synchronization

/// A checkpoint that is written beside the writer: of the index as it was when the checkpoint was begun, whatever changes
/// meanwhile.
public final class IndexCheckpoint: Sendable {
  /// The segments that it has.
  let numbers: Set<UInt64>
  private let result = Mutex<Result<IndexFiles.Written, IndexError>?>(nil)
  private let end = DispatchSemaphore(value: 0)

  /// Begins to write views.
  init(of views: [SegmentView], nextNumber: UInt64, files: IndexFiles, definition: IndexDefinition) {
    numbers = Set(views.map(\.segment.number))
    DispatchQueue.global(qos: .default).async { [self] in
      let outcome: Result<IndexFiles.Written, IndexError>
      do throws(IndexError) {
        outcome = .success(try files.write(views, nextNumber: nextNumber, definition: definition))
      } catch {
        outcome = .failure(error)
      }
      result.withLock { $0 = outcome }
      end.signal()
    }
  }

  /// Whether all is written, or could not be.
  public var isOver: Bool { result.withLock { $0 != nil } }

  /// Waits until all is written and returns what ``IndexWriter/restore(directory:definition:manifest:)`` needs.
  public func manifest() throws(IndexError) -> [UInt8] { try outcome().get().manifest }

  /// What came of it, once it is over.
  func outcome() -> Result<IndexFiles.Written, IndexError> {
    end.wait()
    end.signal()
    guard let outcome = result.withLock({ $0 }) else { preconditionFailure("what is over has an outcome") }
    return outcome
  }
}
