"""A node that follows another one's Kafka: the same products and figures at both, whichever is killed, and when."""

import os
import random
import time
import unittest

import xopix
from test_kill import Publisher, order, product

ROUNDS = int(os.environ.get("XOPIX_CLUSTER_ROUNDS", "6"))


def follows_clusters():
    output, _ = xopix.run("serve", "--help", expect=None)
    return "--source" in output


class Cluster(unittest.TestCase):
    def setUp(self):
        if not follows_clusters():
            self.skipTest("this binary has no --source")
        self.broker = xopix.Server("--checkpoint-seconds", "0.3")
        self.addCleanup(self.broker.close)
        self.broker.start()
        self.follower = xopix.Server(
            "--checkpoint-seconds", "0.3", "--source", f"kafka:127.0.0.1:{self.broker.kafka_port}")
        self.addCleanup(self.follower.close)

    def wait(self, condition, what, timeout=60):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                if condition():
                    return
            except (OSError, ValueError, KeyError):
                pass
            time.sleep(0.05)
        raise AssertionError(f"{what} within {timeout} s:\n{self.follower.log_tail()}")

    def products(self, server):
        return server.get("/v1/search", q="", size=1).json["total"]["value"]

    def expect_same(self, count):
        """Both nodes come to the same products and figures."""
        self.broker.settle()
        self.wait(lambda: self.products(self.follower) == count, f"{count} products did not arrive")
        rows = self.broker.view("revenue_per_day")
        self.wait(lambda: self.follower.view("revenue_per_day") == rows, "the revenue did not become the same")
        self.assertEqual(self.products(self.broker), count)
        self.assertEqual(sum(row["orders"] for row in rows), count)

    def test_what_is_published_at_one_is_found_at_the_other(self):
        self.follower.start()
        self.broker.publish([product(number) for number in range(20)] + [order(number) for number in range(20)])
        self.wait(
            lambda: self.follower.get("/v1/search", q="number7").json["total"]["value"] == 1, "the kettle was not found")
        self.expect_same(20)

    def test_what_is_published_at_the_follower_is_found_at_both(self):
        self.follower.start()
        self.broker.publish([product(number) for number in range(10)] + [order(number) for number in range(10)])
        self.wait(lambda: self.products(self.follower) == 10, "the first products did not arrive")
        self.follower.publish(
            [product(number) for number in range(10, 30)] + [order(number) for number in range(10, 30)])
        self.expect_same(30)

    def test_random_kills_of_either(self):
        seed = int(os.environ.get("XOPIX_SEED", str(time.time_ns() % 1_000_000)))
        print(f"\nXOPIX_SEED={seed}", flush=True)
        generator = random.Random(seed)
        self.follower.start()
        sent = 0
        for round in range(ROUNDS):
            publisher = Publisher(self.broker, sent)
            publisher.start()
            time.sleep(generator.uniform(0.1, 1.0))
            killed = self.broker if round % 2 == 0 else self.follower
            killed.kill()
            if killed is self.broker:
                publisher.join()
                time.sleep(generator.uniform(0, 1.0))
                killed.start()
            else:
                killed.start()
                publisher.stopping = True
                publisher.join()
            sent = publisher.acknowledged
        batch = range(sent, sent + 50)
        self.broker.publish([order(number) for number in batch] + [product(number) for number in batch])
        self.expect_same(batch.stop)
        # Once more from the follower's own log, without the cluster, and with both started again.
        self.assertEqual(self.follower.stop(), 0)
        output, _ = xopix.run("rebuild", "all", "--verify", "--data", self.follower.data)
        self.assertEqual(output.count("equal"), 3, output)
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.follower.start()
        self.expect_same(batch.stop)

    def test_a_follower_refuses_another_cluster(self):
        self.broker.publish([product(number) for number in range(5)] + [order(number) for number in range(5)])
        self.follower.start()
        self.expect_same(5)
        self.assertEqual(self.follower.stop(), 0)
        other = xopix.Server()
        self.addCleanup(other.close)
        other.start()
        other.publish([product(number) for number in range(100, 120)])
        other.settle()
        stranger = xopix.Server("--source", f"kafka:127.0.0.1:{other.kafka_port}", data=self.follower.data)
        self.addCleanup(stranger.close)
        try:
            stranger.start(timeout=10)
        except AssertionError:
            pass  # not ready, or not running: both are refusals
        else:
            self.assertEqual(self.products(stranger), 5)
        self.assertIn("another one", stranger.log_tail())


if __name__ == "__main__":
    unittest.main()
