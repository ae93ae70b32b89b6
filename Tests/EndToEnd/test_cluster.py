"""A node that follows another one's Kafka: the same products and figures at both, whichever is killed, and when."""

import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time
import unittest

import xopix
from test_kill import Publisher, order, product

ROUNDS = int(os.environ.get("XOPIX_CLUSTER_ROUNDS", "6"))
TOOL = pathlib.Path(__file__).with_name("kafka_tool.py")


def payment(number):
    return xopix.event(
        "PaymentProcessed",
        {"payment_id": f"PAY-{number}", "order_id": f"O-{number}", "user_id": f"U-{number % 7}", "amount": "25.50",
         "currency": "USD", "card": f"card-{number % 11}"}, f"y-{number}",
        time=f"2026-11-{number % 20 + 1:02d}T{number % 24:02d}:{number % 60:02d}:00Z")


class Following(unittest.TestCase):
    """A broker that derives nothing for others, so that what the follower writes can be told from it."""

    def setUp(self):
        self.broker = xopix.Server("--checkpoint-seconds", "0.3", "--outputs", "off")
        self.addCleanup(self.broker.close)
        self.broker.start()
        self.follower = self.follower_of(self.broker)

    def follower_of(self, broker, *options, data=None):
        follower = xopix.Server(
            "--checkpoint-seconds", "0.3", "--source", f"kafka:127.0.0.1:{broker.kafka_port}", *options, data=data)
        self.addCleanup(follower.close)
        return follower

    def wait(self, condition, what, timeout=120, of=None):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                if condition():
                    return
            except (OSError, ValueError, KeyError):
                pass
            time.sleep(0.05)
        raise AssertionError(f"{what} within {timeout} s:\n{(of or self.follower).log_tail()}")

    def products(self, server):
        return server.get("/v1/search", q="", size=1).json["total"]["value"]

    def source(self, server=None):
        return (server or self.follower).get("/v1/monitoring/lag").json["source"]

    def reasons(self, server):
        answer = server.get("/readyz")
        return [] if answer.status == 200 else answer.json["reasons"]

    def metric(self, name):
        for line in self.follower.get("/metrics").body.decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[-1])
        raise AssertionError(f"there is no {name}")

    def publish(self, server, numbers):
        return server.publish([product(number) for number in numbers] + [order(number) for number in numbers])

    def expect_same(self, count, follower=None):
        """Both nodes come to the same products and figures."""
        follower = follower or self.follower
        self.broker.settle()
        self.wait(lambda: self.products(follower) == count, f"{count} products did not arrive", of=follower)
        rows = self.broker.view("revenue_per_day")
        self.wait(lambda: follower.view("revenue_per_day") == rows, "the revenue did not become the same", of=follower)
        self.assertEqual(self.products(self.broker), count)
        self.assertEqual(sum(row["orders"] for row in rows), count)

    def refuses(self, server, *words):
        """The server stands, says why it is not ready, and tells what to do."""
        self.wait(lambda: any("another one" in reason for reason in self.reasons(server)), "it did not refuse", of=server)
        text = " ".join(self.reasons(server))
        for word in (*words, "Name the cluster that was followed before"):
            self.assertIn(word, text)
        self.assertEqual(server.post("/v1/events", [product(9999)]).status, 503)


class Cluster(Following):
    def test_what_is_published_at_one_is_found_at_the_other(self):
        self.follower.start()
        self.publish(self.broker, range(20))
        self.wait(
            lambda: self.follower.get("/v1/search", q="number7").json["total"]["value"] == 1, "the kettle was not found")
        self.expect_same(20)
        self.follower.settle()
        source = self.source()
        self.assertEqual((source["kind"], source["connected"], source["lag"], source["fault"]), ("kafka", True, 0, None))
        self.assertRegex(source["cluster_id"], "^[A-Za-z0-9_-]{22}$")
        self.assertEqual((self.metric("xopix_source_connected"), self.metric("xopix_source_lag_records")), (1, 0))
        self.assertEqual(self.broker.get("/v1/monitoring/lag").json["source"], {"kind": "embedded"})

    def test_what_is_published_at_the_follower_is_found_at_both_and_can_be_read_at_once(self):
        self.follower.start()
        self.publish(self.broker, range(10))
        self.wait(lambda: self.products(self.follower) == 10, "the first products did not arrive")
        for number in range(10, 30):
            position = self.publish(self.follower, [number])
            answer = self.follower.request(
                "GET", f"/v1/products/P-{number}", headers={"Xopix-Min-Position": position, "Xopix-Wait": "10s"})
            self.assertEqual(answer.status, 200, answer.body)
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
        self.publish(self.broker, batch)
        self.expect_same(batch.stop)
        output, _ = xopix.run("rebuild", "all", "--verify", "--http", self.follower.address)
        self.assertEqual(output.count("equal"), 3, output)
        # Once more from the follower's own log, without the cluster, and with both started again.
        self.assertEqual(self.follower.stop(), 0)
        output, _ = xopix.run("rebuild", "all", "--verify", "--data", self.follower.data)
        self.assertEqual(output.count("equal"), 3, output)
        self.assertEqual(self.broker.stop(), 0)
        self.broker.start()
        self.follower.start()
        self.expect_same(batch.stop)

    def test_reads_are_served_while_the_cluster_is_away_and_it_catches_up(self):
        self.publish(self.broker, range(10))
        self.follower.start()
        self.expect_same(10)
        self.broker.kill()
        self.wait(lambda: not self.source()["connected"], "it did not notice that the cluster is away")
        lag = self.follower.get("/v1/monitoring/lag").json
        self.assertEqual([model["lag"] for model in lag["models"]], [None] * 3)
        self.assertIsNone(lag["source"]["lag"])
        self.assertIn("does not answer", lag["source"]["fault"])
        self.assertEqual(self.products(self.follower), 10)
        self.assertEqual(self.reasons(self.follower), [])
        self.assertEqual(self.metric("xopix_source_connected"), 0)
        self.assertEqual(self.follower.post("/v1/events", [product(10)]).status, 503)
        # A node that is started now serves what it has.
        self.follower.kill()
        self.follower.start()
        self.assertEqual(self.products(self.follower), 10)
        self.broker.start()
        self.publish(self.broker, range(10, 20))
        self.expect_same(20)
        self.wait(lambda: self.source()["lag"] == 0, "the lag did not become known again")
        self.assertGreaterEqual(self.metric("xopix_source_connections_total"), 1)
        # And one that has to stop does.
        self.broker.kill()
        self.assertEqual(self.follower.stop(timeout=60), 0)

    def test_a_node_without_a_mirror_is_not_ready_without_the_cluster(self):
        self.broker.kill()
        with self.assertRaises(AssertionError):
            self.follower.start(timeout=3)
        self.assertIn("does not answer", " ".join(self.reasons(self.follower)))
        self.broker.start()
        self.publish(self.broker, range(5))
        self.wait(lambda: self.reasons(self.follower) == [], "it did not become ready")
        self.expect_same(5)

    def test_new_generations_take_over(self):
        self.publish(self.broker, range(20))
        self.follower.start()
        self.expect_same(20)
        output, _ = xopix.run("rebuild", "all", "--verify", "--activate", "--http", self.follower.address)
        self.assertEqual(output.count("equal"), 3, output)
        self.publish(self.broker, range(20, 40))
        self.expect_same(40)
        self.assertEqual(self.follower.stop(), 0)
        output, _ = xopix.run("rebuild", "all", "--verify", "--activate", "--data", self.follower.data)
        self.assertEqual(output.count("equal"), 3, output)
        self.follower.start()
        self.publish(self.broker, range(40, 50))
        self.expect_same(50)

    def test_wrong_sources(self):
        data = tempfile.mkdtemp(prefix="xopix-test-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        good = f"kafka:127.0.0.1:{self.broker.kafka_port}"
        properties = pathlib.Path(data, "client.properties")
        properties.write_text("security.protocol=plaintext\nno.such.property=s3cret\n")
        settings = pathlib.Path(data, "xopix.yaml")
        settings.write_text("source_properties:\n  sasl.password: {environment: XOPIX_NO_SUCH_VARIABLE}\n")
        for arguments, words in [
            (["--source", "kafka"], "must be embedded or kafka:HOST:PORT"),
            (["--source", "kafka:host"], "must be embedded or kafka:HOST:PORT"),
            (["--source", "kafka:host:9092,"], "must be embedded or kafka:HOST:PORT"),
            (["--outputs", "some"], "must be on or off"),
            (["--source", good, "--source-properties", data + "/absent"], "can't be read"),
            (["--source", good, "--source-properties", properties], "no.such.property"),
            (["--source", good, "--config", settings], "XOPIX_NO_SUCH_VARIABLE is not set"),
            (["--source", "kafka:127.0.0.1:9099", "--kafka", "127.0.0.1:9099"], "follow itself"),
        ]:
            _, messages = xopix.run(
                "serve", "--data", data + "/data", "--http", "127.0.0.1:0", "--kafka", "off", "--registry", "off",
                *arguments, expect=3)
            self.assertIn(words, messages)
            self.assertNotIn("s3cret", messages)
        self.follower.start()
        self.assertEqual(self.follower.stop(), 0)
        _, messages = xopix.run("serve", "--data", self.follower.data, "--source", "embedded", expect=3)
        self.assertIn("mirrors a Kafka cluster", messages)
        self.assertEqual(self.broker.stop(), 0)
        _, messages = xopix.run(
            "serve", "--data", self.broker.data, "--source", "kafka:127.0.0.1:9099", "--kafka", "off", "--registry", "off",
            expect=3)
        self.assertIn("holds events of its own", messages)


class OtherHistories(Following):
    def mirrored(self, count):
        self.publish(self.broker, range(count))
        self.follower.start()
        self.expect_same(count)

    def copy(self):
        """The broker's directory as it is now, to go back to."""
        copy = tempfile.mkdtemp(prefix="xopix-test-")
        self.addCleanup(shutil.rmtree, copy, ignore_errors=True)
        shutil.copytree(self.broker.data, copy, dirs_exist_ok=True)
        return copy

    def replace_data(self, copy=None):
        shutil.rmtree(self.broker.data)
        if copy:
            shutil.copytree(copy, self.broker.data)

    def test_another_cluster_is_refused(self):
        self.mirrored(5)
        self.assertEqual(self.follower.stop(), 0)
        other = xopix.Server()
        self.addCleanup(other.close)
        other.start()
        other.publish([product(number) for number in range(100, 120)])
        other.settle()
        stranger = self.follower_of(other, data=self.follower.data)
        try:
            stranger.start(timeout=10)
        except AssertionError:
            pass  # it is not ready, and so refuses
        self.refuses(stranger, "and the log mirrors the cluster")
        self.assertEqual(self.products(stranger), 5)
        self.assertEqual(self.products(other), 20)
        self.assertIn("another one", stranger.log_tail())
        # The one that was followed before is followed again.
        self.assertEqual(stranger.stop(), 0)
        self.publish(self.broker, range(5, 10))
        self.follower.start()
        self.expect_same(10)

    def test_another_cluster_at_the_same_address_is_refused_while_the_follower_runs(self):
        self.mirrored(5)
        self.assertEqual(self.broker.stop(), 0)
        self.replace_data()
        self.broker.start()
        # More than before, so that offsets alone don't tell.
        self.publish(self.broker, range(100, 200))
        self.refuses(self.follower, "and the log mirrors the cluster")
        self.assertEqual(self.products(self.follower), 5)

    def test_a_cluster_that_went_back_is_refused(self):
        self.publish(self.broker, range(5))
        self.broker.settle()
        self.assertEqual(self.broker.stop(), 0)
        past = self.copy()
        self.broker.start()
        self.mirrored(20)
        self.assertEqual(self.broker.stop(), 0)
        self.replace_data(past)
        self.broker.start()
        self.refuses(self.follower, "ends at offset")
        self.assertEqual(self.products(self.follower), 20)
        # With another history behind the same ends it is still refused, by what the records are.
        self.assertEqual(self.follower.stop(), 0)
        self.publish(self.broker, range(1000, 1200))
        try:
            self.follower.start(timeout=10)
        except AssertionError:
            pass
        self.refuses(self.follower, "has another record at offset")
        self.assertEqual(self.products(self.follower), 20)
        # The way out that the message names.
        self.assertEqual(self.follower.stop(), 0)
        shutil.rmtree(self.follower.data)
        self.follower.start()
        self.wait(lambda: self.products(self.follower) == 205, "it did not follow from an empty directory")


@unittest.skipUnless(os.environ.get("XOPIX_CLIENTS_PYTHON"), "XOPIX_CLIENTS_PYTHON names no Python with confluent-kafka")
class Outputs(Following):
    def tool(self, *arguments, lines=None):
        done = subprocess.run(
            [os.environ["XOPIX_CLIENTS_PYTHON"], str(TOOL), *map(str, arguments)],
            input="".join(f"{line}\n" for line in lines or []), capture_output=True, text=True, timeout=180)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout.splitlines()

    def address(self, server):
        return f"127.0.0.1:{server.kafka_port}"

    def outputs(self):
        """What the cluster has of what followers derived."""
        records = self.tool("consume", self.address(self.broker), "fraud", "payments.dlq")
        records = [json.loads(line) for line in records]
        return ([record for record in records if record["topic"] == name] for name in ["fraud", "payments.dlq"])

    def expect_outputs(self, payments, letters, follower=None):
        """Each payment was scored once, and each bad record put aside once."""
        scores = dead = []

        def arrived():
            nonlocal scores, dead
            scores, dead = self.outputs()
            return len(scores) >= payments and len(dead) >= letters

        self.wait(arrived, f"{payments} scores and {letters} dead letters did not arrive", of=follower)
        for records in [scores, dead]:
            sources = [record["headers"]["xopix.source"] for record in records]
            self.assertEqual(len(sources), len(set(sources)), "something was written twice")
        scored = [json.loads(record["value"])["data"]["payment_id"] for record in scores]
        self.assertEqual(sorted(scored), sorted(f"PAY-{number}" for number in range(payments)))
        self.assertEqual(
            sorted(record["value"] for record in dead), sorted(f"not an event {number}" for number in range(letters)))

    def test_what_is_derived_is_written_once_whoever_is_killed(self):
        seed = int(os.environ.get("XOPIX_SEED", str(time.time_ns() % 1_000_000)))
        print(f"\nXOPIX_SEED={seed}", flush=True)
        generator = random.Random(seed)
        self.follower.start()
        payments = letters = 0
        for round in range(ROUNDS):
            self.broker.publish([payment(number) for number in range(payments, payments + 40)])
            self.assertEqual([], self.tool(
                "produce", self.address(self.broker), "payments",
                lines=[f"not an event {number}" for number in range(letters, letters + 5)]))
            payments, letters = payments + 40, letters + 5
            time.sleep(generator.uniform(0, 0.4))
            killed = self.broker if round % 2 == 0 else self.follower
            killed.kill()
            time.sleep(generator.uniform(0, 0.5))
            killed.start()
        self.expect_outputs(payments, letters)
        output, _ = xopix.run("rebuild", "all", "--verify", "--activate", "--http", self.follower.address)
        self.assertEqual(output.count("equal"), 3, output)
        self.assertEqual(self.follower.stop(timeout=60), 0)
        # Without its generations everything is derived anew, and nothing is written again.
        shutil.rmtree(self.follower.data / "generations")
        self.follower.start()
        self.broker.publish([payment(payments)])
        self.expect_outputs(payments + 1, letters)

    def test_a_second_writer_stops_the_first(self):
        self.broker.publish([payment(number) for number in range(20)])
        self.follower.start()
        self.expect_outputs(20, 0)
        second = self.follower_of(self.broker).start()
        # One that writes nothing disturbs nobody.
        reader = self.follower_of(self.broker, "--outputs", "off").start()
        self.wait(lambda: self.source(second)["outputs_fault"] is None, "the second did not take over", of=second)
        self.broker.publish([payment(number) for number in range(20, 40)])
        self.wait(
            lambda: any("another process writes" in reason for reason in self.reasons(self.follower)),
            "the first did not notice")
        self.assertIn("another process writes", self.follower.log_tail())
        self.assertEqual(self.follower.get("/v1/search", q="").status, 200)
        self.expect_outputs(40, 0, follower=second)
        self.assertEqual(self.reasons(second), [])
        self.assertEqual(self.reasons(reader), [])
        # Started again, the first takes over in turn.
        self.assertEqual(self.follower.stop(timeout=60), 0)
        self.assertEqual(second.stop(timeout=60), 0)
        self.follower.start()
        self.broker.publish([payment(number) for number in range(40, 50)])
        self.expect_outputs(50, 0)

    def test_the_followers_broker_shows_the_mirror_and_takes_nothing(self):
        self.publish(self.broker, range(20))
        self.follower.start()
        self.expect_same(20)
        there = self.tool("consume", self.address(self.broker), "products", "orders")
        here = self.tool("consume", self.address(self.follower), "products", "orders")
        self.assertEqual(sorted(there), sorted(here))
        self.assertEqual(len(here), 40)
        errors = self.tool("produce", self.address(self.follower), "products", lines=["a", "b"])
        self.assertEqual(errors, ["POLICY_VIOLATION"] * 2)
        self.assertEqual(self.tool("partitions", self.address(self.follower), "products", 9), ["POLICY_VIOLATION"])
        self.assertEqual(self.products(self.follower), 20)

    def test_partitions_that_are_added_are_followed(self):
        self.publish(self.broker, range(10))
        self.follower.start()
        self.expect_same(10)
        self.assertEqual(self.tool("partitions", self.address(self.broker), "products", 9), [])
        self.publish(self.broker, range(10, 100))
        self.expect_same(100)
        places = [
            partition for partition in self.follower.get("/v1/monitoring/lag").json["models"][0]["partitions"]
            if partition["topic"] == "products"]
        self.assertEqual(len(places), 9)
        self.assertGreater(sum(place["end"] for place in places if place["partition"] >= 4), 0)


if __name__ == "__main__":
    unittest.main()
