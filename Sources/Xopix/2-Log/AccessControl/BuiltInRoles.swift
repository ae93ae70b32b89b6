extension Role {
  /// The roles that every installation has.
  ///
  /// | role | may |
  /// |---|---|
  /// | `admin` | do everything |
  /// | `operator` | make, change, describe and delete topics and groups, and reset groups' offsets; not read records |
  /// | `analyst` | read events, but those of `admin`, and views |
  /// | `fraud` | read payments, orders, users, decisions and views |
  /// | `merchandiser` | read products, stock, carts, behaviour and views |
  /// | `search` | read products and stock |
  ///
  /// Those who read may use groups whose names are the user's, or begin with it or the role's name and a hyphen.
  public static let builtIn: [Role] = [
    Role(
      name: "admin",
      grants: Resource.Kind.allCases.map { Grant($0, .any, Set(Operation.allCases)) }),
    Role(
      name: "operator",
      grants: [
        Grant(.topic, .any, [.describe, .create, .delete, .alter, .alterConfigs, .describeConfigs]),
        Grant(.group, .any, [.describe, .read, .delete]),
        Grant(.transaction, .any, [.describe]),
        Grant(.cluster, .any, [.describe, .create, .alter, .alterConfigs, .describeConfigs]),
      ]),
    reader("analyst", of: ["products", "inventory", "orders", "payments", "carts", "users", "behaviour"], views: true),
    reader("fraud", of: ["payments", "orders", "users", "fraud"], views: true),
    reader("merchandiser", of: ["products", "inventory", "carts", "behaviour"], views: true),
    reader("search", of: ["products", "inventory"], views: false),
  ]

  private static func reader(_ name: String, of topics: [String], views: Bool) -> Role {
    var grants = topics.map { Grant(.topic, .exact($0), [.read, .describeConfigs]) }
    if views { grants.append(Grant(.topic, .prefix("views."), [.read, .describeConfigs])) }
    for pattern: NamePattern in [
      .exact(NamePattern.user), .prefix(NamePattern.user + "-"), .prefix(name + "-"),
    ] {
      grants.append(Grant(.group, pattern, [.read]))
    }
    return Role(name: name, grants: grants)
  }
}
