"""Requests that no sensible client sends: what is wrong is refused, and everybody else is served on."""

import pathlib
import random
import resource
import struct
import time
import unittest

from confluent_kafka import Producer

import support
import wire
import xopix
from wire import Connection

LARGEST_REQUEST = 100 << 20
SEED = support.seed()


def resident_bytes(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) << 10


class Limits(unittest.TestCase):
    def setUp(self):
        self.connection = self.connect()
        self.topic = support.unique("limits")
        self.connection.make_topic(self.topic)

    def tearDown(self):
        with Connection(support.server().kafka_port) as another:
            self.assertTrue(another.is_served(), "the broker serves nobody any more")

    def connect(self, **options):
        connection = Connection(support.server().kafka_port, **options)
        self.addCleanup(connection.socket.close)
        return connection

    # Frames

    def test_a_frame_of_the_largest_size_is_read_and_a_longer_one_is_not(self):
        empty = len(self.connection.frame(wire.PRODUCE, 3, wire.produce_body(self.topic, b""))) - 4
        error, _ = self.connection.produce(self.topic, bytes(LARGEST_REQUEST - empty))
        self.assertNotEqual(error, 0)
        self.assertTrue(self.connection.is_served())
        for length in [LARGEST_REQUEST + 1, 0x7FFFFFFF, -1, -0x80000000]:
            with self.subTest(length=length):
                one = self.connect()
                one.socket.sendall(struct.pack(">i", length))
                self.assertTrue(one.is_closed())

    def test_what_is_no_request_closes_the_connection(self):
        for name, frame in [
                ("nothing", b""), ("half a header", b"\0\x12\0"), ("an unknown API", struct.pack(">hhih", 999, 0, 1, -1)),
                ("an API that is not served", struct.pack(">hhih", 71, 0, 1, -1)),
                ("a version that is too old", struct.pack(">hhih", wire.PRODUCE, 2, 1, -1)),
                ("a version that is too new", struct.pack(">hhih", wire.FETCH, 99, 1, -1)),
                ("half a body", struct.pack(">hhih", wire.METADATA, 4, 1, -1) + b"\0\0"),
                ("HTTP", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]:
            with self.subTest(name):
                one = self.connect()
                one.socket.sendall(frame if name == "HTTP" else struct.pack(">i", len(frame)) + frame)
                self.assertTrue(one.is_closed())

    def test_api_versions_that_are_not_known_are_answered_with_those_that_are(self):
        number = self.connection.send(wire.API_VERSIONS, 99, b"\0")
        found, body = self.connection.receive()
        error, rows = struct.unpack_from(">hi", body)
        self.assertEqual((found, error), (number, 35))
        apis = {row[0]: row[1:] for row in struct.iter_unpack(">hhh", body[6:6 + 6 * rows])}
        self.assertEqual(apis[wire.API_VERSIONS], (0, 4))
        self.assertTrue(self.connection.is_served())

    def test_a_request_may_come_in_pieces(self):
        source = random.Random(SEED)
        frame = self.connection.frame(wire.PRODUCE, 3, wire.produce_body(self.topic, wire.batch([b"x" * 3000])))
        place = 0
        while place < len(frame):
            size = source.choice([1, 2, 3, 400])
            self.connection.socket.sendall(frame[place:place + size])
            place += size
            time.sleep(0.001)
        self.assertEqual(wire.produced(self.connection.receive()[1]), (0, 0))

    def test_half_a_request_changes_nothing(self):
        frame = self.connection.frame(wire.PRODUCE, 3, wire.produce_body(self.topic, wire.batch([b"x" * 3000])))
        for length in [1, 3, 4, 5, 100, len(frame) - 1]:
            one = self.connect()
            one.socket.sendall(frame[:length])
            one.socket.close()
        self.assertEqual(self.connection.produce(self.topic, wire.batch([b"y"])), (0, 0))

    # Records

    def test_wrong_batches_are_refused_and_nothing_of_them_is_stored(self):
        right = wire.batch([b"a", b"b"])
        flipped = bytearray(right)
        flipped[-2] ^= 1
        for name, records, errors in [
                ("a wrong checksum", wire.batch([b"a"], crc=1), [2]),
                ("a flipped bit", bytes(flipped), [2]),
                ("an old format", wire.batch([b"a"], magic=1), [43]),
                ("a wrong count", wire.batch([b"a", b"b"], count=3), [2, 87]),
                ("a wrong last offset", wire.batch([b"a", b"b"], last_delta=5), [2, 87]),
                ("offsets that don't begin at zero", wire.batch([b"a", b"b"], first_delta=1), [2, 87]),
                ("a control batch", wire.batch([b"a"], attributes=0x20), [2, 87]),
                ("half a batch", right[:40], [2, 87]),
                ("two batches", right + right, [2, 87]),
                ("a codec that does not exist", wire.batch([b"a"], attributes=7), [2, 76, 87]),
                ("no batch", b"", [2, 87])]:
            with self.subTest(name):
                error, _ = self.connection.produce(self.topic, records)
                self.assertIn(error, errors)
        self.assertEqual(self.connection.produce(self.topic, right), (0, 0))

    def test_a_batch_may_be_as_long_as_the_topic_allows(self):
        limit = 1_048_588
        empty = len(wire.batch([b""]))
        for excess, error in [(0, 0), (1, 10)]:
            value = bytes(limit - empty + excess)
            records = wire.batch([value])
            # The value's and the record's lengths take more bytes of their own.
            records = wire.batch([value[:len(value) - (len(records) - limit - excess)]])
            self.assertEqual(len(records), limit + excess)
            self.assertEqual(self.connection.produce(self.topic, records)[0], error)

    def test_unknown_places_are_refused(self):
        self.assertEqual(self.connection.produce(self.topic, wire.batch([b"x"]), partition=99)[0], 3)
        self.assertEqual(self.connection.produce(support.unique("nowhere"), wire.batch([b"x"]))[0], 3)
        self.assertEqual(self.connection.produce(self.topic, wire.batch([b"x"]), acks=5)[0], 21)

    # Answers

    def test_without_acks_there_is_no_answer_and_a_failure_closes(self):
        for number in range(10):
            self.connection.send(wire.PRODUCE, 3, wire.produce_body(self.topic, wire.batch([b"x"]), acks=0))
        self.assertTrue(self.connection.is_served())
        self.assertEqual(self.connection.produce(self.topic, wire.batch([b"x"])), (0, 10))
        self.connection.send(
            wire.PRODUCE, 3, wire.produce_body(self.topic, wire.batch([b"x"], crc=1), acks=0))
        self.assertTrue(self.connection.is_closed())

    def test_answers_come_in_the_order_of_requests(self):
        expected = []
        stream = b""
        for number in range(300):
            if number % 50 == 7:
                # Waits for its time, and everything behind it.
                stream += self.connection.frame(
                    wire.FETCH, 4, wire.fetch_body(self.topic, number // 50 * 0, wait=100, least=40 << 20))
            elif number % 3:
                stream += self.connection.frame(wire.API_VERSIONS, 0, b"")
            else:
                stream += self.connection.frame(
                    wire.PRODUCE, 3, wire.produce_body(self.topic, wire.batch([b"%d" % number])))
            expected.append(self.connection.number)
        self.connection.socket.sendall(stream)
        self.assertEqual([self.connection.receive()[0] for _ in expected], expected)

    def test_who_does_not_read_holds_up_nobody_else_and_takes_little_memory(self):
        server = support.server()
        value = bytes(500_000)
        records = wire.batch([value])
        for _ in range(40):
            self.assertEqual(self.connection.produce(self.topic, records)[0], 0)
        before = resident_bytes(server)
        slow = [self.connect() for _ in range(5)]
        for one in slow:
            one.socket.sendall(b"".join(
                one.frame(wire.FETCH, 4, wire.fetch_body(self.topic, 0)) for _ in range(100)))
        time.sleep(0.3)
        self.assertTrue(self.connection.is_served())
        self.assertEqual(self.connection.produce(self.topic, records), (0, 40))
        grown = resident_bytes(server) - before
        self.assertLess(grown, 200 << 20, "what nobody reads is kept in memory")
        # Who reads after all gets whole answers.
        for expected in range(1, 4):
            number, body = slow[0].receive()
            error, high, found = wire.fetched(body)
            self.assertEqual((number, error), (expected, 0))
            self.assertGreaterEqual(high, 40)
            # The offset and the leader epoch before are the broker's.
            self.assertEqual(found[16:len(records)], records[16:])
            self.assertGreaterEqual(len(found), 40 * len(records))

    def test_random_bytes_are_survived(self):
        print(f"\nXOPIX_SEED={SEED}", flush=True)
        source = random.Random(SEED)
        good = self.connection.frame(wire.PRODUCE, 3, wire.produce_body(self.topic, wire.batch([b"x" * 50] * 5)))
        for _ in range(300):
            with Connection(support.server().kafka_port, timeout=5) as one:
                frame = bytearray(good)
                for _ in range(source.randrange(1, 6)):
                    frame[source.randrange(4, len(frame))] = source.randrange(256)
                if source.random() < 0.3:
                    frame = bytearray(struct.pack(">i", 60) + source.randbytes(60))
                one.socket.sendall(frame)
                one.socket.sendall(one.frame(wire.API_VERSIONS, 0, b""))
        self.assertTrue(self.connection.is_served())


class Connections(unittest.TestCase):
    """Of a server of their own, since the number of connections is everybody's."""

    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 2500
        if soft < wanted:
            if hard != resource.RLIM_INFINITY and hard < wanted:
                raise unittest.SkipTest(f"{wanted} open files are needed, {hard} are allowed")
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        cls.server = xopix.Server().start()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.connections = []
        self.addCleanup(lambda: [one.socket.close() for one in self.connections])

    def connect(self, count, source=None):
        self.connections += [Connection(self.server.kafka_port, source) for _ in range(count)]

    def test_idle_connections_cost_others_nothing(self):
        self.connect(500)
        for one in self.connections:
            one.socket.sendall(b"\0\0")
        writer = Producer({"bootstrap.servers": f"127.0.0.1:{self.server.kafka_port}"})
        errors = []
        for number in range(10_000):
            writer.produce("idle", b"%d" % number, on_delivery=lambda error, _: errors.append(error))
        self.assertEqual(writer.flush(20), 0)
        self.assertEqual(errors, [None] * 10_000)

    def test_one_address_gets_a_thousand_connections(self):
        self.connect(1000, "127.0.0.2")
        self.assertTrue(all(one.is_served() for one in self.connections))
        with Connection(self.server.kafka_port, "127.0.0.2") as excess:
            self.assertFalse(excess.is_served())
        with Connection(self.server.kafka_port, "127.0.0.3") as another:
            self.assertTrue(another.is_served())
        # A place that is left can be taken.
        self.connections.pop().socket.close()

        def is_served():
            with Connection(self.server.kafka_port, "127.0.0.2") as one:
                return one.is_served()

        support.eventually(is_served, what="a connection in the place of one that was closed")

    def test_announced_and_unsent_requests_leave_memory_for_others(self):
        before = resident_bytes(self.server)
        # Together they would take four times the memory that there is for requests.
        self.connect(10)
        for one in self.connections:
            one.socket.sendall(struct.pack(">i", LARGEST_REQUEST) + bytes(1000))
        time.sleep(0.3)
        for _ in range(10):
            with Connection(self.server.kafka_port) as another:
                self.assertTrue(another.is_served())
        self.assertLess(resident_bytes(self.server) - before, 50 << 20, "memory is used for what has not come")


if __name__ == "__main__":
    unittest.main()
