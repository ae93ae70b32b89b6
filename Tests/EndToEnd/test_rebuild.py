"""Rebuilding gives what is live, on a running server and offline, and a new generation can take over."""

import pathlib
import time
import unittest

import xopix


class Rebuild(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = xopix.Server().start()
        cls.addClassCleanup(cls.server.close)
        events = []
        for number in range(300):
            events.append(xopix.event("ProductCreated", {
                "product_id": f"P-{number}", "title": f"Kettle {number}", "price": number + 0.5, "currency": "USD",
                "brand": f"Brand {number % 7}"}, f"c-{number}"))
            events.append(xopix.event("InventoryUpdated", {
                "product_id": f"P-{number}", "available": number % 4, "warehouse": "W1"}, f"s-{number}"))
            events.append(xopix.event("OrderCreated", {
                "order_id": f"O-{number}", "items": [{"product_id": f"P-{number}", "quantity": 2, "unit_price": 3.25}],
                "total": 6.5, "currency": "USD"}, f"o-{number}"))
            events.append(xopix.event("PaymentProcessed", {
                "payment_id": f"PAY-{number}", "order_id": f"O-{number}", "amount": 6.5, "currency": "USD",
                "card": f"card-{number % 11}", "ip": "192.0.2.7", "device": f"d-{number % 5}"}, f"y-{number}"))
        for number in range(0, 300, 3):
            events.append(xopix.event("ProductUpdated", {"product_id": f"P-{number}", "price": 9.75}, f"u-{number}"))
        for number in range(0, 300, 10):
            events.append(xopix.event("ProductDeleted", {"product_id": f"P-{number}"}, f"d-{number}"))
        cls.server.publish(events)
        cls.server.settle()

    def test_a_rebuild_beside_the_live_generation_equals_it(self):
        output, _ = xopix.run("rebuild", "all", "--verify", "--http", self.server.address)
        self.assertEqual(output.count("equal"), 3, output)

    def test_a_new_generation_takes_over(self):
        before = self.server.get("/v1/search", q="kettle").json
        xopix.run("rebuild", "all", "--verify", "--activate", "--http", self.server.address)
        after = self.server.get("/v1/search", q="kettle").json
        self.assertNotEqual(before["generation"], after["generation"])
        self.assertEqual(before["hits"], after["hits"])
        self.server.publish([xopix.event("ProductCreated", {"product_id": "N-1", "title": "Samovar"}, "n-1")])
        deadline = time.monotonic() + 10
        while self.server.get("/v1/search", q="samovar").json["total"]["value"] == 0:
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(self.server.get("/v1/products/N-1").status, 200)

    def test_the_data_directory_is_locked(self):
        _, messages = xopix.run("rebuild", "all", "--verify", "--data", self.server.data, expect=1)
        self.assertIn("use", messages)


class Damage(unittest.TestCase):
    def test_a_damaged_index_is_named_and_mended_by_a_rebuild(self):
        server = xopix.Server().start()
        self.addCleanup(server.close)
        server.publish([xopix.event("ProductCreated", {"product_id": f"P-{number}", "title": f"Kettle {number}"},
                                    f"c-{number}") for number in range(50)])
        server.settle()
        before = server.get("/v1/search", q="kettle").json["hits"]
        server.stop()
        segment = next(path for path in sorted(pathlib.Path(server.data).rglob("segment-*")) if path.is_file())
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 1
        segment.write_bytes(content)
        _, messages = xopix.run(
            "serve", "--data", server.data, "--http", server.address, "--kafka", f"127.0.0.1:{server.kafka_port}",
            "--registry", f"127.0.0.1:{server.registry_port}", expect=4)
        self.assertIn(str(segment), messages)
        self.assertIn("section", messages)
        self.assertIn("xopix rebuild", messages)
        xopix.run("rebuild", "all", "--activate", "--data", server.data)
        server.start()
        self.assertEqual(server.get("/v1/search", q="kettle").json["hits"], before)


if __name__ == "__main__":
    unittest.main()
