internal import HTTPTypes

extension Routes {
  /// The media types of events: plain JSON, one event, a batch of events.
  static let eventMediaTypes = [
    "application/json", "application/cloudevents+json", "application/cloudevents-batch+json",
  ]

  static let events = [
    Route(
      operation: .publishEvents, method: .post, path: "/v1/events", tag: "Events",
      summary: "Publish events: all of a request's, or none.",
      body: BodyDefinition(
        summary: "an event or a list of up to \(Limits.mostEvents) events", mediaTypes: eventMediaTypes,
        mostBytes: Limits.largestEventsBody,
        schema: .oneOf([.named("Event"), .bounded(.named("Event"), most: Limits.mostEvents)])),
      isIdempotent: true,
      answer: AnswerDefinition(
        status: 202, summary: "The events are durable.",
        schema: .object([("accepted", .integer), ("position", .string)])),
      problems: [.invalidEvent, .storageUnavailable])
  ]

  private static let viewName = Parameter("name", .text(most: Limits.longestID), "The view's name.", required: true)

  static let analytics = [
    Route(
      operation: .views, method: .get, path: "/v1/analytics/views", tag: "Analytics", summary: "The streaming views.",
      isRead: true,
      answer: AnswerDefinition(
        summary: "Each view's definition.", schema: .object([("items", .array(.named("ViewDescription")))]))),
    Route(
      operation: .view, method: .get, path: "/v1/analytics/views/{name}", tag: "Analytics",
      summary: "A streaming view's rows.", pathParameters: [viewName],
      query: [
        Parameter("from", .time, "The first moment wanted."),
        Parameter("to", .time, "The moment before which rows are wanted."),
        Parameter(
          "step", .step(most: .seconds(366 * 86_400)),
          "Windows of this length instead of the view's own, e.g. 1h; all for one window of everything."),
        Parameter("by", .list(most: 16), "Key columns to keep; rows are added up over the others."),
        Parameter("top", .integer(1...Limits.mostRows), "The most rows of each window, largest first."),
        Parameter("format", .choice(["json", "csv"]), "The answer's format; JSON unless Accept asks for text/csv."),
      ],
      isRead: true,
      answer: AnswerDefinition(
        summary: "Columns and rows.", mediaTypes: ["application/json", "text/csv"], schema: .named("ViewAnswer")),
      problems: [.unknownView]),
    Route(
      operation: .viewStream, method: .get, path: "/v1/analytics/stream", tag: "Analytics",
      summary: "Views as server-sent events: a snapshot of each one's latest two days, then changes.",
      query: [
        Parameter("views", .list(most: Limits.mostStreamedViews), "The views; all where absent.")
      ],
      isRead: true,
      answer: AnswerDefinition(
        summary: "Events named snapshot and change, whose data is a view's columns and rows.",
        mediaTypes: ["text/event-stream"]),
      problems: [.unknownView, .tooManyStreams]),
  ]

  static let fraud = [
    Route(
      operation: .scorePayment, method: .post, path: "/v1/fraud/score", tag: "Fraud",
      summary: "Score a payment before it is made.",
      body: BodyDefinition(summary: "a payment, as the data of PaymentProcessed", schema: .named("Payment")),
      isRead: true, answer: AnswerDefinition(summary: "The score and its reasons.", schema: .named("FraudScore")),
      problems: [.invalidPayment]),
    Route(
      operation: .fraudDecisions, method: .get, path: "/v1/fraud/decisions", tag: "Fraud",
      summary: "The latest decisions, newest first.",
      query: [
        Parameter("size", .integer(1...Limits.largestPage), "The most decisions.", usual: "20"),
        Parameter("decision", .choice(["allow", "review", "block"]), "Only decisions like this."),
        Parameter("cursor", .cursor, "The next_cursor of the page before."),
      ],
      isRead: true,
      answer: AnswerDefinition(
        summary: "Decisions.",
        schema: .object([("items", .array(.named("FraudDecision"))), ("next_cursor", .nullable(.string))])),
      problems: [.invalidCursor]),
  ]
}
