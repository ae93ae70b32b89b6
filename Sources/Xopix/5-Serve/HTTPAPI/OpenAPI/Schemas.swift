/// The named schemas of the OpenAPI document.
enum Schemas {
  static let all: [(String, Schema)] = search + models + service

  private static let search: [(String, Schema)] = [
    ("Product", .map(.any)),
    (
      "Hit",
      .object([
        ("id", .string), ("score", .number), ("document", .named("Product")), ("highlights", .map(.string)),
        ("explanation?", .array(.map(.any))), ("boosts?", .array(.map(.any))),
      ])
    ),
    ("Facet", .object(facetMembers)),
    (
      "SearchAnswer",
      .object([
        (
          "query",
          .object([
            ("text", .string), ("corrected", .nullable(.string)), ("language", .string), ("dropped", .array(.string)),
            ("at_least?", .integer),
          ])
        ),
        ("total", .object([("value", .integer), ("relation", .choice(["eq", "gte"])), ("groups?", .integer)])),
        ("hits", .array(.named("Hit"))), ("facets", .map(.named("Facet"))), ("next_cursor", .nullable(.string)),
        ("generation", .string), ("took_us", .integer),
      ])
    ),
    (
      "AutocompleteAnswer",
      .object([
        ("queries", .array(.object([("text", .string), ("score", .number)]))),
        (
          "products",
          .array(
            .object([
              ("id", .string), ("title", .nullable(.string)), ("image_url", .nullable(.string)), ("price", .any),
              ("currency", .nullable(.string)),
            ]))
        ),
        ("categories", .array(.object([("value", .string), ("count", .integer)]))), ("took_us", .integer),
      ])
    ),
    (
      "SpellAnswer",
      .object([
        ("query", .string), ("corrected", .nullable(.string)),
        (
          "suggestions",
          .array(.object([("text", .string), ("distance", .integer), ("frequency", .integer), ("score", .number)]))
        ), ("took_us", .integer),
      ])
    ),
    ("FacetAnswer", .object([("field", .string)] + facetMembers + [("took_us", .integer)])),
  ]

  private static let facetMembers: [(String, Schema)] = [
    ("type", .choice(["terms", "range"])), ("min?", .nullable(.number)), ("max?", .nullable(.number)),
    (
      "values",
      .array(
        .object([
          ("value?", .string), ("from?", .nullable(.number)), ("to?", .nullable(.number)), ("count", .integer),
        ]))
    ),
    ("other", .integer), ("missing", .integer),
  ]

  private static let models: [(String, Schema)] = [
    (
      "Event",
      .object([
        ("specversion", .choice(["1.0"])), ("id", .string), ("source", .string), ("type", .string), ("time?", .time),
        ("subject?", .string), ("datacontenttype?", .string), ("dataschema?", .string), ("data", .map(.any)),
      ])
    ),
    (
      "Column",
      .object([
        ("name", .string), ("type", .string), ("unit?", .nullable(.string)), ("error?", .any), ("key?", .boolean),
      ])
    ),
    ("ViewDescription", .map(.any)),
    (
      "ViewAnswer",
      .object([
        ("columns", .array(.named("Column"))), ("rows", .array(.array(.any))), ("watermark", .nullable(.time)),
        ("final_before", .nullable(.time)),
      ])
    ),
    (
      "Payment",
      .object([
        ("payment_id", .string), ("order_id?", .string), ("user_id?", .string), ("amount", .oneOf([.number, .string])),
        ("currency?", .string), ("method?", .string), ("provider?", .string), ("card?", .string),
        ("card_country?", .string), ("ip?", .string), ("ip_country?", .string), ("device?", .string),
        ("terminal?", .string),
      ])
    ),
    (
      "FraudReason",
      .object([
        ("code", .string), ("detail", .string), ("value", .any), ("baseline", .any), ("contribution", .number),
      ])
    ),
    (
      "FraudScore",
      .object([
        ("score", .number), ("decision", .choice(["allow", "review", "block"])),
        ("reasons", .array(.named("FraudReason"))),
        ("rules", .array(.string)), ("model", .string), ("took_us", .integer),
      ])
    ),
    (
      "FraudDecision",
      .object([
        ("payment_id", .string), ("score", .number), ("decision", .choice(["allow", "review", "block"])),
        ("amount?", .nullable(.string)), ("currency?", .nullable(.string)), ("reasons", .array(.named("FraudReason"))),
        ("time", .time),
      ])
    ),
  ]

  private static let service: [(String, Schema)] = [
    (
      "LagAnswer",
      .object([
        (
          "models",
          .array(
            .object([
              ("name", .string), ("lag", .nullable(.integer)),
              (
                "partitions",
                .array(
                  .object([
                    ("topic", .string), ("partition", .integer), ("position", .integer), ("end", .integer),
                    ("lag", .integer),
                  ]))
              ),
            ]))
        ), ("dead_letters", .map(.integer)),
        (
          "source",
          .object([
            ("kind", .choice(["embedded", "kafka"])), ("cluster_id?", .nullable(.string)), ("connected?", .boolean),
            ("lag?", .nullable(.integer)), ("missed_records?", .integer), ("missing_topics?", .array(.string)),
            ("fault?", .nullable(.string)), ("outputs_fault?", .nullable(.string)),
          ])
        ),
      ])
    ),
    (
      "Rebuild",
      .object([
        ("id", .string), ("state", .choice(["running", "done", "failed"])), ("generation", .nullable(.string)),
        ("applied", .integer), ("total", .integer), ("activated", .boolean),
        (
          "models",
          .array(.object([("name", .string), ("checksum", .string), ("equal", .nullable(.boolean))]))
        ), ("error?", .string),
      ])
    ),
    (
      "Problem",
      .object([
        ("type", .string), ("title", .string), ("status", .integer), ("detail", .string), ("instance", .string),
        ("code", .choice(ProblemKind.allCases.map(\.rawValue))), ("request_id", .string),
        (
          "errors?",
          .array(
            .object([
              ("pointer", .string), ("detail", .string), ("in", .choice(["query", "path", "header", "body"])),
              ("code", .string), ("index?", .integer), ("column?", .integer), ("allowed?", .array(.string)),
            ]))
        ),
      ])
    ),
  ]
}
