"""Rebuilding gives what is live, on a running server and offline, and a new generation can take over."""

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


if __name__ == "__main__":
    unittest.main()
