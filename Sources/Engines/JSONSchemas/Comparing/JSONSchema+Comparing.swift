extension JSONSchema {
  /// Why `reader` does not accept everything that is valid by `writer`; empty where it does, as far as can be told.
  ///
  /// A comparison of keywords: where it finds nothing, every value that is valid by `writer` is valid by `reader`, with
  /// four exceptions that Confluent's registry makes too: a required property with a default may be missing in what was
  /// written; an alternative may be added to `oneOf`; `format` is not compared; more than one of the reader's `oneOf`
  /// alternatives may fit. Two schemas may be found incompatible that are not, where only the interplay of keywords
  /// makes them so.
  public static func incompatibilities(reader: JSONSchema, writer: JSONSchema) -> [Incompatibility] {
    if reader.isSame(as: writer) { return [] }
    var comparison = Comparison(reader: reader, writer: writer)
    return comparison.run()
  }
}
