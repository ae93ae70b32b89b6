"""Random searches, sensible and not: each gets an answer or a problem document, and the server serves on."""

import http.client
import json
import os
import random
import time
import unittest
import urllib.parse

import xopix

WORDS = [
    "kettle", "steel", "mouse*", '"usb hub"', "-hp", "brand:acme", "title:", "OR", "(", ")", "*", '"', "غلاية", "café", "ﷺ",
    "e\u0301", "日本語", "🙂", "a" * 300, "<b>", "%", "\\", "'", "--", "-*", "field:*", '"a', "NOT", "ketle", "dv7-1211ea", "١٢",
    "x:y:z", "\u202e", "\0", "1e309", "-", " "]
FIELDS = [
    "brand", "category", "price", "rating", "in_stock", "stock", "attributes", "attributes.colour", "title", "nofield",
    "created_at", "gtin", "status", "id", "_score", "attributes.", "", "currency"]
VALUES = ["Acme", "10", "-1", "1e400", "true", '"Home > Kitchen"', "[red, blue]", "2020-01-01", "''", '"', "NaN", "9" * 20]
OPERATORS = ["=", "!=", "<", ">=", "IN", "TO", "EXISTS", "FROM", "~"]


class Fuzz(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("XOPIX_SEED", str(time.time_ns() % 1_000_000)))
        print(f"\nXOPIX_SEED={self.seed}", flush=True)
        self.random = random.Random(self.seed)

    def filter(self):
        pick = self.random.choice
        kind = self.random.random()
        if kind < 0.3:
            return f"{pick(FIELDS)} {pick(OPERATORS)} {pick(VALUES)}"
        if kind < 0.5:
            return f"{pick(FIELDS)} {pick(VALUES)} TO {pick(VALUES)}"
        if kind < 0.6:
            return f"NOT ({self.filter()})"
        if kind < 0.7:
            return f"EXISTS {pick(FIELDS)}"
        if kind < 0.95:
            return f"{self.filter()} {pick(['AND', 'OR', 'and'])} {self.filter()}"
        return "(" * self.random.randint(1, 500) + "a=1"

    def parameters(self, cursor):
        pick, chance = self.random.choice, lambda share: self.random.random() < share
        given = {"q": " ".join(pick(WORDS) for _ in range(self.random.randint(0, 6)))}
        if chance(0.4):
            given["filter"] = self.filter()
        if chance(0.4):
            given["facets"] = ",".join(pick(FIELDS) for _ in range(self.random.randint(1, 4)))
        if chance(0.3):
            given["sort"] = ",".join(pick(FIELDS) + pick([":asc", ":desc", "", ":up"]) for _ in range(2))
        if chance(0.3):
            given["size"] = pick(["0", "1", "1000", "10", "-1", "1001", "many"])
        for name in ("highlight", "collapse"):
            if chance(0.2):
                given[name] = pick(FIELDS)
        if chance(0.2):
            given["explain"] = "true"
        if chance(0.3) and cursor:
            given["cursor"] = cursor
        return given

    def test_random_searches(self):
        with xopix.Server() as server:
            titles = ["Steel kettle", "Glass kettle", "Wireless mouse", "USB hub", "غلاية كهربائية", "Desk lamp"]
            server.publish([
                xopix.event("ProductCreated", {
                    "product_id": f"P-{n}", "title": f"{titles[n % 6]} {n}", "brand": ["Acme", "Bolt"][n % 2], "price": n,
                    "categories": ["Home", "Kitchen"][: n % 3], "attributes": {"colour": ["red", "blue"][n % 2]}}, f"e-{n}")
                for n in range(60)])
            server.settle()
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            cursor, statuses = None, {}
            for _ in range(1500):
                path = self.random.choice(["/v1/search"] * 8 + ["/v1/autocomplete", "/v1/spell", "/v1/facets/brand"])
                given = self.parameters(cursor)
                if path != "/v1/search":
                    given = {"q": given["q"]}
                target = path + "?" + urllib.parse.urlencode(given)
                connection.request("GET", target)
                answer = connection.getresponse()
                value = json.loads(answer.read())
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                self.assertIn(answer.status, (200, 400), target)
                if answer.status == 200:
                    cursor = value.get("next_cursor") or cursor
                else:
                    self.assertEqual(value["status"], 400, target)
            connection.close()
            self.assertGreater(min(statuses.get(200, 0), statuses.get(400, 0)), 200, statuses)


if __name__ == "__main__":
    unittest.main()
