internal import DurableFiles
internal import RecordBatches

/// Makes the order journal and the partitions agree when a log is opened: cuts entries whose batches are lost, adds
/// batches without an entry.
struct OrderRecovery {
  /// The partitions by number; nil for those that were deleted.
  let partitions: [PartitionState?]

  /// Mends the journal, and returns it with what it covers then.
  func mend(
    _ found: OrderJournal, known: OrderCoverage, report: inout RecoveryReport
  ) throws(EventLogError) -> (OrderJournal, covered: [UInt32: Offset]) {
    var journal = found
    var covered = known.ends
    var ordinal = known.count
    // A partition that has lost what was known to be in it makes the journal's entries doubtful too.
    let isLost = covered.contains { number, end in
      guard Int(number) < partitions.count else { return true }
      guard let partition = partitions[Int(number)] else { return false }
      return partition.endOffset < end
    }
    if isLost || ordinal > journal.count {
      covered = [:]
      ordinal = 0
    }
    reading: while ordinal < journal.count {
      let entries: [OrderJournal.Entry]
      do throws(EventLogError) {
        entries = try journal.entries(from: ordinal, limit: 65_536)
      } catch {
        // Not known to be good, so torn by a crash: find the first bad entry one by one.
        guard let entry = try? journal.entries(from: ordinal, limit: 1).first, isWhole(entry, covered) else { break }
        covered[entry.partition] = entry.nextOffset
        ordinal += 1
        continue
      }
      for entry in entries {
        guard isWhole(entry, covered) else { break reading }
        covered[entry.partition] = entry.nextOffset
        ordinal += 1
      }
    }
    if ordinal < journal.count {
      report.droppedFromOrder = Int(journal.count - ordinal)
      try journal.cut(to: ordinal)
    }
    let missing = try missingEntries(after: &covered)
    if !missing.isEmpty {
      report.addedToOrder = missing.count
      do throws(FileError) { try journal.append(missing) } catch { throw .storage(error) }
    }
    return (journal, covered)
  }

  private func isWhole(_ entry: OrderJournal.Entry, _ covered: [UInt32: Offset]) -> Bool {
    guard Int(entry.partition) < partitions.count else { return false }
    guard let partition = partitions[Int(entry.partition)] else { return true }
    guard entry.nextOffset <= partition.endOffset else { return false }
    // The entries of what was deleted stay.
    let expected = covered[entry.partition] ?? max(firstOffset(of: partition), Offset(rawValue: 0))
    if entry.baseOffset == expected { return true }
    guard entry.baseOffset > expected else { return covered[entry.partition] == nil }
    // Offsets that are left out have no entry; a batch that is there has one.
    do throws(EventLogError) {
      guard let next = try partition.firstBatch(endingAfter: expected) else { return true }
      return next >= entry.baseOffset
    } catch {
      // Damage to what is durable: it is told when it is read, and is no reason to put the order together anew.
      return true
    }
  }

  private func firstOffset(of partition: PartitionState) -> Offset {
    partition.segments.first?.baseOffset ?? partition.startOffset
  }

  /// Entries for the batches after what is covered, partition by partition in the order of their names.
  private func missingEntries(after covered: inout [UInt32: Offset]) throws(EventLogError) -> [OrderJournal.Entry] {
    var missing: [OrderJournal.Entry] = []
    let numbered = partitions.enumerated().compactMap { number, partition in partition.map { (number, $0) } }
    for (number, partition) in numbered.sorted(by: { $0.1.name < $1.1.name }) {
      let start = covered[UInt32(number)] ?? firstOffset(of: partition)
      var added: [OrderJournal.Entry] = []
      try partition.walk(from: start) { step in
        added.append(
          OrderJournal.Entry(partition: UInt32(number), header: step.header, position: step.position))
      }
      if let last = added.last { covered[UInt32(number)] = last.nextOffset }
      missing += added
    }
    return missing
  }
}
