internal import CatalogueModel
internal import Hummingbird
internal import JSONBytes
internal import SearchEngine

extension API {
  /// Room for a page of documents, so that the writer seldom grows.
  private static let usualAnswer = 16_384

  /// `GET` and `POST /v1/search`.
  func search(_ call: Call) throws(Problem) -> Response {
    let catalogue = readSide.catalogue
    let generation = readSide.generation
    let question = try SearchQuestion(
      call.arguments, in: call.route.body == nil ? .query : .body, catalogue: catalogue, generation: generation)
    var writer = JSONWriter(capacity: Self.usualAnswer)
    try answer(question, catalogue: catalogue, generation: generation, start: call.start, into: &writer)
    return Self.json(writer.bytes)
  }

  /// `POST /v1/multi-search`: every search sees the same snapshot.
  func multiSearch(_ call: Call) throws(Problem) -> Response {
    let catalogue = readSide.catalogue
    let generation = readSide.generation
    let questions = try Self.searches(in: call.body.value, catalogue: catalogue, generation: generation)
    var writer = JSONWriter(capacity: Self.usualAnswer * questions.count)
    writer.beginObject()
    writer.key("results")
    writer.beginArray()
    for question in questions {
      try answer(question, catalogue: catalogue, generation: generation, start: .now, into: &writer)
    }
    writer.endArray()
    writer.member("took_us", call.microseconds)
    writer.endObject()
    return Self.json(writer.bytes)
  }

  private static func searches(
    in body: JSONValue, catalogue: CatalogueSnapshot, generation: String
  ) throws(Problem) -> [SearchQuestion] {
    let name = Routes.searchesMember
    guard case .object(let object) = body, case .array(let values)? = object[name], object.members.count == 1 else {
      throw Problem(
        .invalidBody, "the body must be an object with the one member \(name), a list",
        errors: [
          FieldError(kind: .invalidBody, location: .body, pointer: "/" + name, detail: "must be a list of searches")
        ])
    }
    guard (1...Limits.mostSearches).contains(values.count) else {
      let detail = "must be 1 to \(Limits.mostSearches) searches, not \(values.count)"
      throw Problem([FieldError(kind: .invalidBody, location: .body, pointer: "/" + name, detail: detail)])
    }
    var questions: [SearchQuestion] = []
    var errors: [FieldError] = []
    for (index, value) in values.enumerated() {
      let base = "/\(name)/\(index)"
      guard case .object(let object) = value else {
        errors.append(FieldError(kind: .invalidBody, location: .body, pointer: base, detail: "must be an object"))
        continue
      }
      var arguments = Arguments()
      arguments.read(body: object, parameters: Routes.searchParameters, base: base)
      errors += arguments.errors
      guard arguments.errors.isEmpty else { continue }
      questions.append(
        try SearchQuestion(arguments, base: base, in: .body, catalogue: catalogue, generation: generation))
    }
    if !errors.isEmpty { throw Problem(errors) }
    return questions
  }

  private func answer(
    _ question: SearchQuestion, catalogue: CatalogueSnapshot, generation: String, start: ContinuousClock.Instant,
    into writer: inout JSONWriter
  ) throws(Problem) {
    let response: SearchResponse
    do {
      response = try catalogue.search(question.request)
    } catch {
      throw question.problem(error)
    }
    let duration = ContinuousClock.now - start
    searchMetrics.count(response, duration: duration)
    let (seconds, attoseconds) = duration.components
    SearchAnswer.write(
      response, to: question, generation: generation,
      microseconds: Int(seconds * 1_000_000 + attoseconds / 1_000_000_000_000), into: &writer)
  }
}
