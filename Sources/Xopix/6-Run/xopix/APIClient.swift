internal import Foundation
internal import JSONBytes

#if canImport(FoundationNetworking)
  internal import FoundationNetworking
#endif

/// Speaks to a running server over HTTP.
struct APIClient: Sendable {
  /// The server's address, e.g. `http://127.0.0.1:8080`.
  let base: String

  /// An answer's status and body.
  struct Answer: Sendable {
    let status: Int
    let body: [UInt8]
  }

  /// How often a request that got no answer is sent again, a second apart.
  private static let retries = 30

  init(host: String) {
    base = host.contains("://") ? host : "http://" + host
  }

  func get(_ path: String, query: [(String, String)] = []) async throws -> Answer {
    var components = URLComponents()
    if !query.isEmpty {
      components.queryItems = query.map { URLQueryItem(name: $0.0, value: $0.1) }
      // A plus sign is not escaped by URLComponents, yet servers read it as a space.
      components.percentEncodedQuery = components.percentEncodedQuery?.replacingOccurrences(of: "+", with: "%2B")
    }
    return try await send("GET", path + (components.percentEncodedQuery.map { "?" + $0 } ?? ""))
  }

  /// Posts JSON; with an idempotency key, again and again until there is an answer.
  func post(_ path: String, _ body: [UInt8], idempotencyKey: String? = nil) async throws -> Answer {
    var attempt = 0
    while true {
      do {
        return try await send("POST", path, body: body, idempotencyKey: idempotencyKey)
      } catch {
        attempt += 1
        guard idempotencyKey != nil, attempt <= Self.retries else { throw error }
        try await Task.sleep(for: .seconds(1))
      }
    }
  }

  private func send(_ method: String, _ path: String, body: [UInt8]? = nil, idempotencyKey: String? = nil) async throws
    -> Answer
  {
    guard let url = URL(string: base + path) else {
      throw CommandFailure(.usage, "\(base) is not an address; use HOST:PORT")
    }
    var request = URLRequest(url: url)
    request.httpMethod = method
    request.timeoutInterval = 120
    if let body {
      request.httpBody = Data(body)
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    }
    if let idempotencyKey { request.setValue(idempotencyKey, forHTTPHeaderField: "Idempotency-Key") }
    let data: Data
    let response: URLResponse
    do {
      (data, response) = try await URLSession.shared.data(for: request)
    } catch {
      throw CommandFailure(
        .failed, "no answer from \(base): \(error.localizedDescription) Is `xopix serve` running there?")
    }
    guard let http = response as? HTTPURLResponse else {
      throw CommandFailure(.failed, "\(base) did not answer as an HTTP server does")
    }
    return Answer(status: http.statusCode, body: Array(data))
  }
}

extension APIClient.Answer {
  /// The body as JSON, if the request was done; else the problem, in a line.
  func json() throws -> JSONValue {
    let value = try? JSONValue.parse(body)
    guard (200..<300).contains(status) else {
      throw CommandFailure(.failed, Self.problem(value) ?? "the server answered with status \(status)")
    }
    guard let value else { throw CommandFailure(.failed, "the server's answer is not JSON") }
    return value
  }

  /// A problem document's title and detail, and its first faulty fields.
  static func problem(_ value: JSONValue?) -> String? {
    guard case .object(let problem)? = value, case .string(let title)? = problem["title"] else { return nil }
    var text = title
    if case .string(let detail)? = problem["detail"] { text += ": " + detail }
    if case .array(let errors)? = problem["errors"] {
      for case .object(let error) in errors.prefix(3) {
        guard case .string(let pointer)? = error["pointer"], case .string(let detail)? = error["detail"] else {
          continue
        }
        text += "; \(pointer): \(detail)"
      }
    }
    return text
  }
}
