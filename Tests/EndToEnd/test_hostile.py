"""A thousand malformed requests and events: each gets a problem document or a dead letter, and the server serves on."""

import json
import os
import random
import socket
import time
import unittest

import xopix

GOOD = {"product_id": "P-1", "title": "Kettle", "price": 19.99, "currency": "USD"}


def without(members, name):
    return {key: value for key, value in members.items() if key != name}


def mutated_events(generator, count):
    """Events of which each is wrong in one way, as a value that is not JSON-serialisable is wrong in another."""
    base = xopix.event("ProductCreated", GOOD, "good")
    makers = [
        lambda: {**base, "specversion": generator.choice(["0.3", 1.0, None, "", []])},
        lambda: without(base, generator.choice(["id", "type", "source", "data"])),
        lambda: {**base, "type": generator.choice(["", "Nonsense", 7, None, "product_created", "x" * 500])},
        lambda: {**base, "time": generator.choice(["yesterday", 5, "2026-13-01T00:00:00Z", "2999-01-01T00:00:00Z"])},
        lambda: {**base, "data": generator.choice([[], "text", 5, True])},
        lambda: {**base, "Bad_Name": 1},
        lambda: {**base, "data": {**GOOD, "price": generator.choice([-1, "free", [], {}, True, 0.00001, "1,5"])}},
        lambda: {**base, "data": {**GOOD, "product_id": generator.choice(["", 5, [], {}, "x" * 257, None])}},
        lambda: {**base, "data": {**GOOD, "title": generator.choice([5, [], {}, True, None, ""])}},
        lambda: {**base, "data": {**GOOD, "rating": generator.choice([6, -1, "5", []])}},
        lambda: {**base, "data": {**GOOD, "attributes": generator.choice([[], "red", 5, {"a": {"b": 1}}])}},
        lambda: {**base, "data": {**GOOD, "status": generator.choice(["gone", 5])}},
        lambda: {**base, "data": {**GOOD, "description": "pay with 4111 1111 1111 1111"}},
        lambda: {**base, "data": {**GOOD, "currency": generator.choice(["usd", "US", "dollar", 5])}},
        lambda: xopix.event("OrderCreated", {"order_id": "O-1", "items": [{"product_id": "P", "quantity": 0}]}, "x"),
        lambda: xopix.event("OrderCreated", {"order_id": "O-1"}, "x"),
        lambda: xopix.event("PaymentProcessed", {"payment_id": "Y-1"}, "x"),
        lambda: xopix.event("InventoryUpdated", {"product_id": "P", "available": generator.choice([-1, 1.5, "3"])}, "x"),
        lambda: generator.choice([5, "text", None, [], True]),
    ]
    for index in range(count):
        yield makers[index % len(makers)]()


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.seed = int(os.environ.get("XOPIX_SEED", str(time.time_ns() % 1_000_000)))
        print(f"\nXOPIX_SEED={cls.seed}", flush=True)
        cls.server = xopix.Server().start()
        cls.addClassCleanup(cls.server.close)
        cls.server.publish([xopix.event("ProductCreated", GOOD, "p-1")])
        cls.server.settle()

    def assertProblem(self, answer, what, statuses=range(400, 500)):
        self.assertIn(answer.status, statuses, f"{what!r}: {answer.body[:300]!r}")
        self.assertEqual(answer.headers.get("Content-Type", "").split(";")[0], "application/problem+json", what)
        problem = answer.json
        for name in ["type", "title", "status", "detail", "instance"]:
            self.assertIn(name, problem, what)
        self.assertEqual(problem["status"], answer.status)

    def assertServes(self):
        answer = self.server.get("/v1/search", q="kettle")
        self.assertEqual((answer.status, answer.json["total"]["value"]), (200, 1))

    def test_malformed_events_over_http(self):
        generator = random.Random(self.seed)
        for event in mutated_events(generator, 400):
            answer = self.server.post("/v1/events", json.dumps(event).encode())
            self.assertProblem(answer, event)
            mixed = self.server.post("/v1/events", [xopix.event("ProductCreated", {**GOOD, "product_id": "Z"}, "z"), event])
            self.assertProblem(mixed, event)
            self.assertTrue(mixed.json["errors"][0]["pointer"].startswith("/1"), mixed.body[:500])
        self.assertServes()
        self.assertEqual(self.server.get("/v1/products/Z").status, 404)

    def test_bodies_that_are_not_json(self):
        generator = random.Random(self.seed + 1)
        good = json.dumps(xopix.event("ProductCreated", GOOD, "good")).encode()
        for _ in range(200):
            body = bytearray(good)
            kind = generator.randrange(4)
            if kind == 0:
                body = body[: generator.randrange(len(body))]
            elif kind == 1:
                body[generator.randrange(len(body))] = generator.choice([0xFF, 0xC0, 0x00, 0x80])
            elif kind == 2:
                body += bytes(generator.randrange(1, 256) for _ in range(8))
                body += b"}"
            else:
                body = bytearray(b"[" * generator.randrange(100, 5000))
            self.assertProblem(self.server.post("/v1/events", bytes(body)), bytes(body[:200]))
        self.assertServes()

    def test_malformed_searches(self):
        paths = [
            "/v1/search?q=%FF%FE", "/v1/search?size=-1", "/v1/search?size=1001", "/v1/search?size=ten",
            "/v1/search?size=-1", "/v1/search?sizes=10", "/v1/search?q=a&q=b", "/v1/search?filter=brand%20%3D",
            "/v1/search?filter=(((", "/v1/search?filter=nonsense%20%3D%205", "/v1/search?sort=colour:up",
            "/v1/search?sort=price:sideways", "/v1/search?facets=nonsense", "/v1/search?cursor=nonsense",
            "/v1/search?typo=perhaps", "/v1/search?total=about", "/v1/search?lang=xx-yy-zz", "/v1/search?index=other",
            "/v1/search?explain=maybe", "/v1/search?q=" + "a" * 20000, "/v1/search?filter=" + "(" * 500,
            "/v1/search?filter=" + "%20AND%20".join(["price%20%3D%201"] * 2000), "/v1/nonsense", "/v1/products/",
            "/v1/products/none", "/v1/products/" + "x" * 5000, "/v1/autocomplete?size=5", "/v1/spell",
            "/v1/analytics/views/nonsense", "/v1/analytics/views/revenue_per_day?from=yesterday",
            "/v1/analytics/views/revenue_per_day?top=-1", "/v1/analytics/stream?views=nonsense",
            "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2fPackage.swift", "/v1/search?%ZZ",
            "/v1/search?highlight=nonsense", "/v1/search?collapse=nonsense", "/v1/facets/nonsense",
        ]
        for path in paths:
            self.assertProblem(self.server.request("GET", path), path)
        bodies = [
            b"", b"{", b"[]", b"5", b'{"q": 5}', b'{"size": "ten"}', b'{"size": 5000}', b'{"nonsense": 1}',
            b'{"filter": ["a"]}', b'{"facets": 5}', b'{"q": "a", "sort": 5}', b'\xff\xfe', b'{"q": "\xff"}',
        ]
        for body in bodies:
            self.assertProblem(self.server.post("/v1/search", body), body)
        for method in ["PUT", "DELETE", "PATCH"]:
            answer = self.server.request(method, "/v1/search")
            self.assertProblem(answer, method, [405])
            self.assertIn("GET", answer.headers["Allow"])
        self.assertServes()

    def test_a_wrong_content_type_is_refused(self):
        answer = self.server.request("POST", "/v1/events", b"<event/>", {"Content-Type": "text/xml"})
        self.assertProblem(answer, "xml", [415])

    def test_absurd_sizes(self):
        big = json.dumps(xopix.event("ProductCreated", {**GOOD, "description": "x" * 2_000_000}, "big")).encode()
        self.assertProblem(self.server.post("/v1/events", big), "2 MB event", [400, 413])
        many = b"[" + b",".join([json.dumps(xopix.event("ProductCreated", GOOD, "m")).encode()] * 10_001) + b"]"
        self.assertProblem(self.server.post("/v1/events", many), "10,001 events", [400, 413])
        try:
            answer = self.server.post("/v1/events", b"[" + b" " * 36_000_000 + b"]")
            self.assertProblem(answer, "36 MB", [413])
        except (BrokenPipeError, ConnectionResetError):
            pass  # The answer may come before the whole body is sent.
        self.assertServes()

    def test_bytes_that_are_not_http(self):
        generator = random.Random(self.seed + 2)
        for _ in range(100):
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=5) as connection:
                connection.sendall(bytes(generator.randrange(256) for _ in range(generator.randrange(1, 400))) + b"\r\n\r\n")
                connection.settimeout(0.05)
                try:
                    connection.recv(100)
                except OSError:
                    pass
        self.assertServes()

    def test_malformed_payments_to_score(self):
        for payment in [5, [], {}, {"payment_id": ""}, {"payment_id": "Y", "amount": "much"}, {"payment_id": "Y", "amount": -1},
                        {"payment_id": "Y", "amount": 5, "card": "4111111111111111"}, {"payment_id": 7, "amount": 1}]:
            self.assertProblem(self.server.post("/v1/fraud/score", payment), payment)


class DeadLetters(unittest.TestCase):
    """Events that reach the log unchecked, as from a client of the log itself, become dead letters, one each."""

    def test_each_bad_record_is_one_dead_letter(self):
        seed = int(os.environ.get("XOPIX_SEED", str(time.time_ns() % 1_000_000)))
        print(f"\nXOPIX_SEED={seed}", flush=True)
        generator = random.Random(seed)
        server = xopix.Server()
        self.addCleanup(server.close)
        lines = []
        for event in mutated_events(generator, 500):
            kind = event.get("type") if isinstance(event, dict) else None
            if isinstance(kind, str) and kind not in ("", "ProductCreated"):
                continue  # A type that the topic does not know is counted and skipped, not refused.
            lines.append(json.dumps(event))
        lines += ["{", "nonsense", "[1,2", '{"a":', "\"\\ud800\""]
        lines.append(json.dumps(xopix.event("ProductCreated", GOOD, "good")))
        xopix.run("publish", "--topic", "products", "--unchecked", "--data", server.data, "-", stdin="\n".join(lines) + "\n")
        server.start()
        server.settle()
        lag = server.get("/v1/monitoring/lag").json
        self.assertEqual(lag["dead_letters"].get("products"), len(lines) - 1, lag["dead_letters"])
        self.assertEqual(server.get("/v1/search", q="kettle").json["total"]["value"], 1)
        server.kill()
        server.start()
        server.settle()
        self.assertEqual(server.get("/v1/monitoring/lag").json["dead_letters"].get("products"), len(lines) - 1)
        server.stop()
        listed, _ = xopix.run("dlq", "list", "--data", server.data, "--json")
        self.assertEqual(json.loads(listed)["products"], len(lines) - 1)
        shown, _ = xopix.run("dlq", "show", "products", "--data", server.data, "--json")
        self.assertEqual(len(shown.splitlines()), len(lines) - 1)
        self.assertNotIn("4111 1111 1111 1111", shown)
        self.assertIn("**** **** **** 1111", shown)


if __name__ == "__main__":
    unittest.main()
