"""`kill -9` at random moments: what was acknowledged is there after the restart, and nothing is counted twice."""

import decimal
import os
import random
import threading
import time
import unittest

import xopix

ROUNDS = int(os.environ.get("XOPIX_KILL_ROUNDS", "10"))


def order(number):
    """An order with its own price, so that any loss or double count shows in the sums."""
    items = [{"product_id": f"P-{number % 97}", "quantity": number % 5 + 1, "unit_price": f"{number % 1000}.{number % 100:02d}"}]
    return xopix.event(
        "OrderCreated", {"order_id": f"O-{number}", "items": items, "currency": "GBP", "country": "GB"}, f"o-{number}",
        time=f"2026-11-{number % 20 + 1:02d}T{number % 24:02d}:{number % 60:02d}:00Z")


def amount(number):
    return decimal.Decimal(f"{number % 1000}.{number % 100:02d}") * (number % 5 + 1)


def product(number):
    return xopix.event(
        "ProductCreated",
        {"product_id": f"P-{number}", "title": f"Kettle number{number}", "price": number % 90 + 1, "currency": "USD"},
        f"p-{number}", time="2026-11-01T00:00:00Z")


class Publisher(threading.Thread):
    """Publishes batches one after the other until the server is gone; remembers what was acknowledged."""

    def __init__(self, server, first):
        super().__init__()
        self.server = server
        self.next = first
        self.acknowledged = first
        self.stopping = False

    def run(self):
        while not self.stopping:
            batch = range(self.next, self.next + 50)
            events = [order(number) for number in batch] + [product(number) for number in batch]
            # A bad event in each batch's own request: dead letters must be exact as well.
            try:
                answer = self.server.post("/v1/events", events)
            except (OSError, ValueError):
                return
            except Exception:  # http.client's own: the connection was cut in the middle
                return
            assert answer.status == 202, answer.body[:500]
            self.next = batch.stop
            self.acknowledged = batch.stop


class Kill(unittest.TestCase):
    def test_ten_random_kills_during_a_stream_of_events(self):
        seed = int(os.environ.get("XOPIX_SEED", str(time.time_ns() % 1_000_000)))
        print(f"\nXOPIX_SEED={seed}", flush=True)
        generator = random.Random(seed)
        server = xopix.Server("--checkpoint-seconds", "0.3")
        self.addCleanup(server.close)
        sent = 0
        for _ in range(ROUNDS):
            server.start()
            publisher = Publisher(server, sent)
            publisher.start()
            time.sleep(generator.uniform(0.05, 1.5))
            server.kill()
            publisher.join()
            # The batch in flight may or may not be in the log: the client sends it again, as clients do.
            sent = publisher.acknowledged
        server.start()
        publisher = Publisher(server, sent)
        publisher.stopping = False
        batch = range(sent, sent + 50)
        server.publish([order(number) for number in batch] + [product(number) for number in batch])
        sent = batch.stop
        server.settle()
        self.check(server, sent)
        # The same once more after a clean stop and start, from the checkpoint.
        self.assertEqual(server.stop(), 0)
        server.start()
        self.check(server, sent)
        self.assertEqual(server.stop(), 0)
        output, _ = xopix.run("rebuild", "all", "--verify", "--data", server.data)
        self.assertEqual(output.count("equal"), 3, output)

    def check(self, server, sent):
        self.assertGreater(sent, 0)
        self.assertEqual(server.get("/v1/search", q="", size=1).json["total"]["value"], sent)
        rows = server.view("revenue_per_day")
        self.assertEqual(sum(row["orders"] for row in rows), sent)
        self.assertEqual(sum(decimal.Decimal(row["revenue"]) for row in rows), sum(map(amount, range(sent))))

    def test_kills_during_an_import(self):
        catalogue = xopix.real_data("catalog-bestbuy/products.json")
        if catalogue is None:
            self.skipTest("no real catalogue")
        import subprocess

        generator = random.Random(7)
        server = xopix.Server("--checkpoint-seconds", "0.2")
        self.addCleanup(server.close)
        server.start()
        client = subprocess.Popen(
            [str(xopix.BINARY), "import", "products", str(catalogue), "--mapping",
             str(xopix.ROOT / "fixtures/mappings/bestbuy-products.yaml"), "--http", server.address, "--batch", "20"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        kills = 0
        while client.poll() is None and kills < ROUNDS:
            time.sleep(generator.uniform(0.02, 0.25))
            server.kill()
            server.start()
            kills += 1
        _, messages = client.communicate(timeout=300)
        self.assertEqual(client.returncode, 0, messages[-2000:])
        server.settle()
        self.assertEqual(server.get("/v1/search", q="", size=1).json["total"]["value"], 3291)
        print(f"\n{kills} kills during the import", flush=True)


if __name__ == "__main__":
    unittest.main()
