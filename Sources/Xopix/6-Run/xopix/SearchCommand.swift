internal import ArgumentParser
internal import Foundation
internal import JSONBytes

struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Search the catalogue of a running server.",
    discussion: """
      Readable on a terminal, JSON otherwise or with --json.

      Examples:
        xopix search "bluetooth speaker"
        xopix search kettle --filter "price 10 TO 50 AND in_stock = true" --facets brand,category
      """)

  @Argument(help: "The query; empty for all products.") var query: String
  @Option(help: "A filter, as in the API.") var filter: String?
  @Option(help: "Facets to count, parted by commas.") var facets: String?
  @Option(help: "What to sort by, e.g. price:asc.") var sort: String?
  @Option(help: "How many hits.") var size = 10
  @Option(help: "The server, HOST:PORT.") var http: String?
  @Flag(help: "Print the answer as JSON.") var json = false

  func run() async throws {
    var parameters = [("q", query), ("size", String(size))]
    if let filter { parameters.append(("filter", filter)) }
    if let facets { parameters.append(("facets", facets)) }
    if let sort { parameters.append(("sort", sort)) }
    let answer = try await APIClient(host: http ?? defaultHTTP()).get("/v1/search", query: parameters)
    let value = try answer.json()
    if json || isatty(STDOUT_FILENO) != 1 {
      print(String(decoding: answer.body, as: UTF8.self))
    } else {
      show(value)
    }
  }

  private func show(_ answer: JSONValue) {
    let style = Style()
    if let corrected = answer["query"]?["corrected"]?.text { print("Did you mean: \(style.bold(corrected))") }
    if let total = answer["total"]?["value"]?.integerValue { print(style.faint("\(total) products")) }
    for hit in answer["hits"]?.elements ?? [] {
      let document = hit["document"]
      let price = document?["price"]?.decimalText.map { " — \($0) \(document?["currency"]?.text ?? "")" } ?? ""
      print("\(style.bold(document?["title"]?.text ?? ""))\(price)")
      print(style.faint("  \(hit["id"]?.text ?? "")  \(document?["brand"]?.text ?? "")"))
    }
    guard case .object(let facets)? = answer["facets"] else { return }
    for (name, facet) in facets.members {
      let values = (facet["values"]?.elements ?? []).prefix(8).map { value -> String in
        let label = value["value"]?.text ?? "\(value["from"]?.decimalText ?? "") to \(value["to"]?.decimalText ?? "")"
        return "\(label) (\(value["count"]?.integerValue ?? 0))"
      }
      print("\(style.bold(name)): \(values.joined(separator: ", "))")
    }
  }
}

extension JSONValue {
  subscript(name: String) -> JSONValue? {
    guard case .object(let object) = self else { return nil }
    return object[name]
  }

  var elements: [JSONValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }
}
