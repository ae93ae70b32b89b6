internal import ByteCoding
internal import DurableFiles
internal import RecordBatches

extension Segment {
  /// A batch's place in the segment.
  struct BatchPlace {
    let position: Int
    let byteCount: Int
    let baseOffset: Offset
  }

  /// The first batch that ends after `offset`; nil where there is none in this segment.
  func start(ofBatchHolding offset: Offset) throws(EventLogError) -> BatchPlace? {
    guard offset < nextOffset else { return nil }
    let entry = index.last(atOrBefore: offset)
    var position = entry?.position ?? 0
    var expected = entry.map { Offset(rawValue: $0.offset) } ?? baseOffset
    do {
      // Most often one piece is enough: an index entry stands before each 16 KiB.
      while position < file.byteCount {
        let piece = try file.read(at: position, count: SegmentIndex.interval + RecordBatchHeader.byteCount)
        var place = 0
        while place + RecordBatchHeader.byteCount <= piece.count {
          let header = try RecordBatchHeader(
            reading: piece.rawBytes.extracting(place..<place + RecordBatchHeader.byteCount))
          // No checksum covers a batch's offset, so it is held against what is known of it.
          guard header.baseOffset >= expected, header.nextOffset <= nextOffset,
            position + place != entry?.position || header.baseOffset == expected
          else { throw RecordBatchError.malformed("offset \(header.baseOffset.rawValue) is out of place") }
          expected = header.nextOffset
          if header.nextOffset > offset {
            return BatchPlace(
              position: position + place, byteCount: header.byteCount, baseOffset: header.baseOffset)
          }
          place += header.byteCount
        }
        guard place > 0 else {
          throw RecordBatchError.truncated(needed: RecordBatchHeader.byteCount, found: piece.count)
        }
        position += place
      }
      return nil
    } catch let error as FileError {
      throw .storage(error)
    } catch {
      throw .damaged(file: file.path, position: position, reason: "\(error)")
    }
  }

  /// Where a slice that starts with a batch ends: at a batch's end where the index knows one, within `maxBytes`; after
  /// the first batch at least.
  func end(after first: BatchPlace, within maxBytes: Int, bound: Int) -> Int {
    let firstEnd = first.position + first.byteCount
    guard bound - first.position > maxBytes else { return bound }
    guard firstEnd - first.position < maxBytes else { return min(firstEnd, bound) }
    let known = index.last(atOrBeforePosition: first.position + maxBytes)?.position ?? firstEnd
    // Between two entries of the index the slice may end within a batch, which readers pass over.
    return known > firstEnd ? known : min(first.position + maxBytes, bound)
  }

  /// The first record stamped with `timestamp` or a later time, at or after the offset `start`.
  func firstRecord(since timestamp: Int64, from start: Offset) throws(EventLogError) -> (
    offset: Offset, timestamp: Int64
  )? {
    var walker = BatchWalker(
      file: file, from: max(index.last(before: timestamp)?.position ?? 0, position(before: start)),
      to: file.byteCount)
    do {
      while let step = try walker.next(isChecked: false) {
        guard step.header.maxTimestamp >= timestamp, step.header.nextOffset > start, step.isCommit == nil else {
          continue
        }
        var found: (offset: Offset, timestamp: Int64)?
        let view = try RecordBatchView(try file.wholeBatch(at: step.position))
        try view.forEachRecord { record, offset in
          // A batch that was stamped on arrival has one time for all its records.
          let stamp = step.header.usesLogAppendTime ? step.header.maxTimestamp : record.timestampMilliseconds
          if found == nil, offset >= start, stamp >= timestamp { found = (offset, stamp) }
        }
        if let found { return found }
      }
      return nil
    } catch let error as FileError {
      throw .storage(error)
    } catch {
      throw .damaged(file: file.path, position: walker.position, reason: "\(error)")
    }
  }
}

extension PartitionState {
  /// A slice of nothing, at the partition's end.
  func emptySlice(stable: Offset) throws(EventLogError) -> LogSlice {
    guard let last = segments.last else { throw .unknownPartition(name) }
    return LogSlice(
      file: SliceFile(file: last.file), position: last.file.byteCount, byteCount: 0, startOffset: startOffset,
      endOffset: endOffset, lastStableOffset: stable, aborted: [])
  }
}
