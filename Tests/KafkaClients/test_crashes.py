"""Kills of the broker under load, torn files, and restarts with a long log."""

import os
import queue
import random
import struct
import threading
import time
import unittest

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import support
import wire
import xopix

SEED = support.seed()
ROUNDS = int(os.environ.get("XOPIX_KILL_ROUNDS", 8))
RESTART_RECORDS = int(os.environ.get("XOPIX_RESTART_RECORDS", 300_000))
PARTITIONS = 3


class Load:
    """An idempotent producer that goes on through crashes, and knows what was acknowledged."""

    def __init__(self, bootstrap, topic):
        self.topic = topic
        self.acknowledged = {}
        self.refused = []
        self.next = 0
        self.stopping = threading.Event()
        self.producer = Producer({
            "bootstrap.servers": bootstrap, "enable.idempotence": True, "acks": "all", "linger.ms": 1,
            "batch.num.messages": 50, "message.timeout.ms": 0, "reconnect.backoff.ms": 20,
            "reconnect.backoff.max.ms": 100, "retry.backoff.ms": 20, "log_level": 0})
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stopping.is_set():
            if len(self.producer) > 5000:
                self.producer.poll(0.01)
                continue
            number = self.next
            self.next += 1
            self.producer.produce(
                self.topic, key=b"%d" % (number % 97), value=b"%d" % number, partition=number % PARTITIONS,
                on_delivery=lambda error, message, number=number: self.delivered(number, error, message))
            self.producer.poll(0)

    def delivered(self, number, error, message):
        if error:
            self.refused.append((number, str(error)))
        else:
            self.acknowledged[number] = (message.partition(), message.offset())

    def settle(self):
        """Waits, while there is no broker, until all acknowledgements that were on their way are known."""
        known = -1
        while known != len(self.acknowledged):
            known = len(self.acknowledged)
            time.sleep(0.2)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        assert self.producer.flush(60) == 0, "records are still outstanding"


def make_topic(bootstrap, name, partitions, **settings):
    # The client is held until it has its answer: one that nobody holds ends its own requests.
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(name, partitions, 1, config=settings)])[name].result(20)


def read_all(bootstrap, topic):
    """Every record of the topic: by partition, (offset, number) in order."""
    reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "check", "enable.auto.commit": False})
    found = {}
    for partition in range(PARTITIONS):
        place = TopicPartition(topic, partition, 0)
        _, end = reader.get_watermark_offsets(place, 20)
        reader.assign([place])
        records = []
        deadline = time.monotonic() + 60
        while len(records) < end and time.monotonic() < deadline:
            records += [(m.offset(), int(m.value())) for m in reader.consume(10_000, 0.5) if not m.error()]
        found[partition] = records
    reader.close()
    return found


class Crashes(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_or_doubled_by_kills(self):
        self.kill_and_check(tear=None)

    def test_nor_where_the_unacknowledged_end_is_torn_or_flipped(self):
        self.kill_and_check(tear=self.tear)

    def kill_and_check(self, tear):
        print(f"\nXOPIX_SEED={SEED}, {ROUNDS} rounds", flush=True)
        source = random.Random(SEED)
        server = xopix.Server("--checkpoint-seconds", "0.2").start()
        self.addCleanup(server.close)
        bootstrap = f"127.0.0.1:{server.kafka_port}"
        make_topic(bootstrap, "load", PARTITIONS, **{"segment.bytes": "200000"})
        torn = 0
        with Load(bootstrap, "load") as load:
            for _ in range(ROUNDS):
                # The client may take longer to come back than a round lasts: there must be load to be killed.
                before = len(load.acknowledged)
                support.eventually(lambda: len(load.acknowledged) > before, what="an acknowledgement")
                time.sleep(source.uniform(0, 0.4))
                server.kill()
                if tear:
                    load.settle()
                    torn += tear(source, server, dict(load.acknowledged))
                server.start()
        self.assertEqual(load.refused, [])
        found = read_all(bootstrap, "load")
        places = {}
        for partition, records in found.items():
            self.assertEqual([offset for offset, _ in records], list(range(len(records))), "offsets have gaps")
            numbers = [number for _, number in records]
            self.assertEqual(numbers, sorted(set(numbers)), "records are doubled or out of order")
            places.update({number: (partition, offset) for offset, number in records})
        missing = [number for number in load.acknowledged if places.get(number) != load.acknowledged[number]]
        self.assertEqual(missing, [])
        print(f"{ROUNDS} kills, {len(load.acknowledged)} records acknowledged, {torn} files torn", flush=True)

    def tear(self, source, server, acknowledged):
        """Damages what follows the last acknowledged batch of each partition; returns how many files it changed."""
        torn = 0
        for partition in range(PARTITIONS):
            last = max((offset for place, offset in acknowledged.values() if place == partition), default=-1)
            folder = server.data / "log" / f"load-{partition}"
            segment = max(folder.glob("*.log"))
            content = bytearray(segment.read_bytes())
            keep = 0
            while keep + 61 <= len(content):
                base, length = struct.unpack_from(">qi", content, keep)
                if base > last:
                    break
                keep += 12 + length
            keep = min(keep, len(content))
            tail = len(content) - keep
            kind = source.choice(["cut", "flip", "zero", "append"])
            if kind == "append":
                content += source.randbytes(source.randrange(1, 5000))
            elif tail == 0:
                continue
            elif kind == "cut":
                del content[keep + source.randrange(tail):]
            elif kind == "flip":
                content[keep + source.randrange(tail)] ^= 1 << source.randrange(8)
            else:
                start = keep + source.randrange(tail)
                content[start:] = bytes(len(content) - start)
            segment.write_bytes(content)
            torn += 1
        return torn


class Restarts(unittest.TestCase):
    def time_to_answer(self, server):
        """Seconds from the start of the process until the broker answers, and until the read models are ready too."""
        answered = queue.SimpleQueue()
        start = time.monotonic()
        threading.Thread(target=self.ask, args=(server.kafka_port, answered), daemon=True).start()
        server.start()
        ready = time.monotonic() - start
        return answered.get(timeout=60) - start, ready

    def ask(self, port, answered):
        while True:
            try:
                with wire.Connection(port) as connection:
                    if connection.is_served():
                        return answered.put(time.monotonic())
            except OSError:
                pass
            time.sleep(0.005)

    def test_a_long_log_is_opened_quickly(self):
        server = xopix.Server().start()
        self.addCleanup(server.close)
        bootstrap = f"127.0.0.1:{server.kafka_port}"
        make_topic(bootstrap, "long", 4)
        writer = Producer({"bootstrap.servers": bootstrap, "acks": 1, "linger.ms": 5,
                           "queue.buffering.max.messages": 500_000})
        for number in range(RESTART_RECORDS):
            while True:
                try:
                    writer.produce("long", value=b"x" * 100, partition=number // 1000 % 4)
                    break
                except BufferError:
                    writer.poll(0.1)
        self.assertEqual(writer.flush(120), 0)
        self.assertEqual(server.stop(), 0)
        clean = self.time_to_answer(server)
        for number in range(1000):
            writer.produce("long", value=b"y", partition=0)
        self.assertEqual(writer.flush(60), 0)
        server.kill()
        killed = self.time_to_answer(server)
        for how, (answered, ready) in [("a clean stop", clean), ("kill -9", killed)]:
            print(f"\n{RESTART_RECORDS} records, after {how}: answers in {answered:.3f} s, ready in {ready:.2f} s",
                  flush=True)
            # Bounds for a busy machine: they tell minutes from seconds.
            self.assertLess(answered, 10)
        reader = Consumer({"bootstrap.servers": bootstrap, "group.id": "check"})
        ends = [reader.get_watermark_offsets(TopicPartition("long", partition), 20)[1] for partition in range(4)]
        reader.close()
        self.assertEqual(sum(ends), RESTART_RECORDS + 1000)


if __name__ == "__main__":
    unittest.main()
