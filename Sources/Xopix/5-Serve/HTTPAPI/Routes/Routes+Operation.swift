internal import HTTPTypes

extension Routes {
  static let monitoring = [
    Route(
      operation: .lag, method: .get, path: "/v1/monitoring/lag", tag: "Monitoring",
      summary: "How far each model is behind the log, in records.", isRead: true,
      answer: AnswerDefinition(summary: "Lags.", schema: .named("LagAnswer")))
  ]

  /// What a rebuild may be asked to do.
  static let rebuildParameters = [
    Parameter("models", .choice(["all"]), "What to build anew: a generation holds every model.", usual: "all"),
    Parameter("verify", .flag, "Whether the new models are compared with the live ones.", usual: "false"),
    Parameter("activate", .flag, "Whether the new generation becomes the live one.", usual: "false"),
  ]

  static let administration = [
    Route(
      operation: .startRebuild, method: .post, path: "/v1/admin/rebuilds", tag: "Administration",
      summary: "Build the read models anew from the log, beside the live ones.",
      body: BodyDefinition(
        summary: "an object with the parameters of a rebuild", parameters: rebuildParameters,
        schema: .parameters(rebuildParameters)),
      isIdempotent: true,
      answer: AnswerDefinition(status: 202, summary: "The rebuild has started.", schema: .named("Rebuild")),
      problems: [.rebuildRunning]),
    Route(
      operation: .rebuild, method: .get, path: "/v1/admin/rebuilds/{id}", tag: "Administration",
      summary: "How far a rebuild is, and what came of it.",
      pathParameters: [Parameter("id", .text(most: Limits.longestID), "The rebuild's id.", required: true)],
      answer: AnswerDefinition(summary: "The rebuild.", schema: .named("Rebuild")), problems: [.unknownRebuild]),
    Route(
      operation: .generations, method: .get, path: "/v1/admin/generations", tag: "Administration",
      summary: "The generations of the read models.",
      answer: AnswerDefinition(
        summary: "Generations, oldest first.",
        schema: .object([("items", .array(.object([("id", .string), ("live", .boolean)])))]))),
  ]

  static let service = [
    Route(
      operation: .metrics, method: .get, path: "/metrics", tag: "Service", summary: "Metrics for Prometheus.",
      answer: AnswerDefinition(summary: "The text format 0.0.4.", mediaTypes: ["text/plain"])),
    Route(
      operation: .health, method: .get, path: "/healthz", tag: "Service", summary: "Whether the process lives.",
      answer: AnswerDefinition(summary: "It does.", schema: .object([("status", .string)]))),
    Route(
      operation: .readiness, method: .get, path: "/readyz", tag: "Service", summary: "Whether requests should be sent.",
      answer: AnswerDefinition(summary: "They should.", schema: .object([("status", .string)])),
      problems: [.notReady]),
    Route(
      operation: .version, method: .get, path: "/version", tag: "Service", summary: "Which version runs.",
      answer: AnswerDefinition(
        summary: "The version.",
        schema: .object([("name", .string), ("version", .string), ("generation", .string)]))),
    Route(
      operation: .openAPI, method: .get, path: "/openapi.json", tag: "Service", summary: "This document.",
      answer: AnswerDefinition(summary: "OpenAPI 3.1.", schema: .any)),
  ]

  private static let path = Parameter("path", .text(most: 1024), "The file's path.", required: true)

  static let pages = [
    Route(
      operation: .storefront, method: .get, path: "/", tag: "Pages", summary: "The storefront.", takesAnyQuery: true,
      answer: AnswerDefinition(summary: "A page.", mediaTypes: ["text/html"])),
    Route(
      operation: .dashboards, method: .get, path: "/dashboards", tag: "Pages", summary: "The dashboards.",
      takesAnyQuery: true, answer: AnswerDefinition(summary: "A page.", mediaTypes: ["text/html"])),
    Route(
      operation: .dashboard, method: .get, path: "/dashboards/{path}", tag: "Pages", summary: "A dashboard.",
      pathParameters: [path], takesAnyQuery: true,
      answer: AnswerDefinition(summary: "A page.", mediaTypes: ["text/html"])),
    Route(
      operation: .asset, method: .get, path: "/assets/{path}", tag: "Pages", summary: "A file that pages use.",
      pathParameters: [path], takesAnyQuery: true,
      answer: AnswerDefinition(summary: "A file.", mediaTypes: ["*/*"])),
  ]
}
