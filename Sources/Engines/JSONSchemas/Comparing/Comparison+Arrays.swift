extension Comparison {
  /// Whether the reader's keywords of arrays follow from what is written.
  mutating func arraysFollow(_ part: Part, _ reader: SchemaNode, from written: Written, at pointer: String) -> Bool {
    guard
      reader.minItems != nil || reader.maxItems != nil || reader.uniqueItems || !reader.prefixItems.isEmpty
        || reader.items != nil || reader.contains != nil
    else { return true }
    let nodes = written.nodes
    var follows = atLeast(
      reader.minItems, nodes.compactMap(\.minItems), .minItemsAdded, .minItemsIncreased, at: pointer, "elements")
    follows =
      atMost(
        reader.maxItems, nodes.compactMap(\.maxItems), .maxItemsAdded, .maxItemsDecreased, at: pointer, "elements")
      && follows
    if reader.uniqueItems, !nodes.contains(where: \.uniqueItems),
      !nodes.compactMap(\.maxItems).contains(where: { $0 < 2 })
    {
      follows = fail(.uniqueItemsAdded, at: pointer, "elements must differ from each other now")
    }
    if !reader.prefixItems.isEmpty || reader.items != nil {
      follows = elementsFollow(part, reader, from: written, at: pointer) && follows
    }
    if let contains = reader.contains, !containsFollows(part, reader, contains, from: written) {
      follows = fail(.containsNarrowed, at: pointer, "what an array must contain is not what is written")
    }
    return follows
  }

  private mutating func elementsFollow(
    _ part: Part, _ reader: SchemaNode, from written: Written, at pointer: String
  ) -> Bool {
    var follows = true
    let longest = written.nodes.compactMap(\.maxItems).min() ?? .max
    let singles = max(reader.prefixItems.count, written.nodes.map(\.prefixItems.count).max() ?? 0)
    let rest = zip(written.parts, written.nodes).compactMap { part, node in
      node.items.map { Part(schema: part.schema, node: $0) }
    }
    for index in 0..<min(singles, longest) {
      let isPrefix = index < reader.prefixItems.count
      guard let own = isPrefix ? reader.prefixItems[index] : reader.items else { continue }
      let isWrittenPrefix = written.nodes.contains { index < $0.prefixItems.count }
      let elements = zip(written.parts, written.nodes).compactMap { part, node in
        (index < node.prefixItems.count ? node.prefixItems[index] : node.items).map {
          Part(schema: part.schema, node: $0)
        }
      }
      let place = pointer + "/items/\(index)"
      let element = Part(schema: part.schema, node: own)
      if isPrefix == isWrittenPrefix {
        follows = contains(element, in: elements, at: place) && follows
      } else if !silently(element, in: elements) {
        let isOpen = elements.allSatisfy { node($0).constant == true }
        let kind: Incompatibility.Kind =
          isPrefix
          ? (isOpen ? .itemAddedToOpen : .itemAddedNotCovered)
          : (node(element).constant == false ? .itemRemovedFromClosed : .itemRemovedNotCovered)
        follows = fail(
          kind, at: place, isPrefix ? "the element was anything else before" : "the element is not accepted")
      }
    }
    guard let items = reader.items, longest > singles else { return follows }
    let own = Part(schema: part.schema, node: items)
    guard singles > 0 else { return contains(own, in: rest, at: pointer + "/items") && follows }
    guard !silently(own, in: rest) else { return follows }
    let isClosed = node(own).constant == false
    return fail(
      isClosed ? .additionalItemsRemoved : .additionalItemsNarrowed, at: pointer + "/additionalItems",
      isClosed ? "no further elements are accepted" : "further elements are not all accepted")
  }

  private mutating func containsFollows(
    _ part: Part, _ reader: SchemaNode, _ contains: NodeID, from written: Written
  ) -> Bool {
    let own = Part(schema: part.schema, node: contains)
    var hasEnough = reader.minContains == 0
    var hasFewEnough = reader.maxContains == nil
    for (part, node) in zip(written.parts, written.nodes) {
      guard let other = node.contains.map({ Part(schema: part.schema, node: $0) }) else { continue }
      if !hasEnough, (node.minContains ?? 1) >= (reader.minContains ?? 1), silently(own, in: [other]) {
        hasEnough = true
      }
      if !hasFewEnough, (node.maxContains ?? .max) <= (reader.maxContains ?? .max), silently(other, in: [own]) {
        hasFewEnough = true
      }
    }
    return hasEnough && hasFewEnough
  }
}
