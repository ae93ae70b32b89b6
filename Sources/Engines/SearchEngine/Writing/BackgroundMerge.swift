internal import Dispatch
internal import Synchronization

/// A merge that goes on beside the writer: of segments as they were when it began. What is deleted meanwhile, and what
/// changes in place, is taken over when it is done.
final class BackgroundMerge: Sendable {
  /// The merged segment, and which segment and document each of its documents comes from.
  struct Merged: Sendable {
    let segment: Segment
    /// Whether it is on the disk already.
    let isWritten: Bool
    let origins: [(part: Int, document: Int)]
    /// Made here, since the writer would have to wait for it.
    let filter: IDFilter
  }

  /// The numbers of the segments that are merged, in the order of the writer's.
  let parts: [UInt64]
  /// The number of the segment that they become.
  let number: UInt64
  /// The documents that are merged.
  let documentCount: Int
  private let result = Mutex<Result<Merged, IndexError>?>(nil)
  private let end = DispatchSemaphore(value: 0)
  /// Held while the file is written.
  private let mayWrite = Mutex(true)

  /// Begins to merge views into a segment of that number, whose file is written as soon as it is made: the memory that it
  /// takes is free again, and the next checkpoint has less to do.
  init(
    of views: [SegmentView], number: UInt64, files: IndexFiles, definition: IndexDefinition, policy: MergePolicy
  ) {
    parts = views.map(\.segment.number)
    self.number = number
    documentCount = views.reduce(0) { $0 + $1.liveCount }
    // As urgent as the writer, which would run away from it and have to wait.
    DispatchQueue.global(qos: .default).async { [self] in
      let merger = SegmentMerger(definition: definition, parts: views, fewestToTrain: policy.fewestToTrain)
      let outcome: Result<Merged, IndexError>
      do throws(IndexError) {
        let bytes = merger.merged()
        let written = mayWrite.withLock { $0 ? files.segment(number, of: bytes, definition: definition) : nil }
        let segment: Segment
        if let written {
          segment = written
        } else {
          segment = try Segment(
            number: number, bytes: SegmentBytes(bytes), path: "segment \(number) in memory", definition: definition)
        }
        segment.lookups.prepare(as: views.map(\.segment.lookups), for: segment)
        outcome = .success(
          Merged(
            segment: segment, isWritten: written != nil, origins: merger.origins, filter: IDFilter(segment.ids)))
      } catch {
        outcome = .failure(error)
      }
      result.withLock { $0 = outcome }
      end.signal()
    }
  }

  /// Whether it is done.
  var isOver: Bool { result.withLock { $0 != nil } }

  /// What came of it; nil while it goes on.
  func outcome() throws(IndexError) -> Merged? { try result.withLock { $0 }?.get() }

  /// Waits until it is done.
  func wait() {
    end.wait()
    end.signal()
  }

  /// Writes no file from now on: nobody needs it, and another writer may write one of its name.
  func abandon() { mayWrite.withLock { $0 = false } }
}
