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

  /// The header and all bytes of the batch at `position`.
  func batch(at position: Int) throws(EventLogError) -> (header: RecordBatchHeader, bytes: [UInt8]) {
    do {
      let bytes = try file.wholeBatch(at: position)
      return (try RecordBatchHeader(reading: bytes.rawBytes), bytes)
    } catch let error as FileError {
      throw .storage(error)
    } catch {
      throw .damaged(file: file.path, position: position, reason: "\(error)")
    }
  }

  /// The first record stamped with `timestamp` or a later time, at or after the offset `start`.
  func firstRecord(since timestamp: Int64, from start: Offset) throws(EventLogError) -> (
    offset: Offset, timestamp: Int64
  )? {
    let position = max(index.last(before: timestamp)?.position ?? 0, position(before: start))
    var found: (offset: Offset, timestamp: Int64)?
    try forEachStamp(from: position, start: start, while: { found == nil }, in: { $0 >= timestamp }) { offset, stamp in
      if found == nil, stamp >= timestamp { found = (offset, stamp) }
    }
    return found
  }

  /// The first of the records with the latest timestamp, at or after the offset `start`, where it is later than
  /// `known`.
  func latestRecord(after known: Int64, from start: Offset) throws(EventLogError) -> (
    offset: Offset, timestamp: Int64
  )? {
    // Markers, and records that were deleted or compacted away, may have been later than what is left.
    if let found = try firstRecord(since: maxTimestamp, from: start) { return found.timestamp > known ? found : nil }
    var found: (offset: Offset, timestamp: Int64)?
    var latest = known
    try forEachStamp(from: position(before: start), start: start, while: { true }, in: { $0 > latest }) {
      offset, stamp in
      guard stamp > latest else { return }
      latest = stamp
      found = (offset, stamp)
    }
    return found
  }

  /// Gives the offset and the timestamp of each record at or after the offset `start`, in those batches from `position`
  /// on whose latest timestamp `isWanted`.
  private func forEachStamp(
    from position: Int, start: Offset, while goesOn: () -> Bool, in isWanted: (Int64) -> Bool,
    _ body: (Offset, Int64) -> Void
  ) throws(EventLogError) {
    var walker = BatchWalker(file: file, from: position, to: file.byteCount)
    do {
      while goesOn(), let step = try walker.next(isChecked: false) {
        guard isWanted(step.header.maxTimestamp), step.header.nextOffset > start, !step.header.isControlBatch else {
          continue
        }
        let view = try RecordBatchView(try file.wholeBatch(at: step.position))
        try view.forEachRecord { record, offset in
          if offset >= start { body(offset, record.timestampMilliseconds) }
        }
      }
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
