"""Transactions through restarts, time-outs, fencing and kills: all of each or nothing of it."""

import os
import random
import threading
import time
import unittest

from confluent_kafka import (
    Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, Producer, TopicPartition)
from confluent_kafka.admin import AdminClient, NewTopic

import support
import xopix

SEED = support.seed()
ROUNDS = int(os.environ.get("XOPIX_TRANSACTION_ROUNDS", 5))
# Without looking for the cluster anew when all brokers are gone: librdkafka 2.16 then goes on to ask the group coordinator
# that it knew before, for ever.
QUICK = {"metadata.recovery.strategy": "none", "log_level": 0, "reconnect.backoff.ms": 20,
         "reconnect.backoff.max.ms": 200, "retry.backoff.ms": 20}


class TransactionCase(unittest.TestCase):
    """With a server of its own, which is restarted."""

    def setUp(self):
        self.server = xopix.Server("--checkpoint-seconds", "0.2").start()
        self.addCleanup(self.server.close)
        self.bootstrap = f"127.0.0.1:{self.server.kafka_port}"
        self.admin = AdminClient({"bootstrap.servers": self.bootstrap, **QUICK})

    def make_topic(self, partitions=1):
        name = support.unique("transactions")
        self.admin.create_topics([NewTopic(name, partitions, 1)])[name].result(10)
        return name

    def producer(self, name, **options):
        producer = Producer({
            "bootstrap.servers": self.bootstrap, "transactional.id": name, "linger.ms": 0, **QUICK, **options})
        producer.init_transactions(20)
        return producer

    def consumer(self, group="check", isolation="read_committed", **options):
        consumer = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": group, "isolation.level": isolation,
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "enable.partition.eof": True, **QUICK,
            **options})
        self.addCleanup(consumer.close)
        return consumer

    def read(self, topic, partition=0, isolation="read_committed"):
        """The values that a reader sees now, up to the end that it sees."""
        consumer = self.consumer(isolation=isolation)
        consumer.assign([TopicPartition(topic, partition, 0)])
        values = []
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            message = consumer.poll(0.2)
            if message is None:
                continue
            if message.error() and message.error().code() == KafkaError._PARTITION_EOF:
                return values
            self.assertIsNone(message.error())
            values.append(message.value().decode())
        raise AssertionError("the end was not reached")

    def restart(self, end):
        {"stop": self.server.stop, "kill": self.server.kill}[end]()
        self.server.start()

    def send(self, producer, topic, *values, partition=0):
        """Sends and waits until the broker has the records."""
        errors = []
        for value in values:
            producer.produce(topic, value, partition=partition, on_delivery=lambda error, _: errors.append(error))
        self.assertEqual(producer.flush(20), 0)
        self.assertEqual(errors, [None] * len(values))

    def error_code(self, action):
        with self.assertRaises(KafkaException) as caught:
            action()
        return caught.exception.args[0].code()


class Visibility(TransactionCase):
    def test_readers_stop_where_the_oldest_open_transaction_begins(self):
        topic = self.make_topic()
        first, second = self.producer("first"), self.producer("second")
        first.begin_transaction()
        self.send(first, topic, "a")
        second.begin_transaction()
        self.send(second, topic, "b")
        second.commit_transaction(10)
        self.assertEqual(self.read(topic), [])
        self.assertEqual(self.read(topic, isolation="read_uncommitted"), ["a", "b"])
        first.abort_transaction(10)
        self.assertEqual(self.read(topic), ["b"])

    def test_aborted_records_are_skipped_wherever_reading_begins(self):
        topic, source = self.make_topic(), random.Random(SEED)
        print(f"\nXOPIX_SEED={SEED}", flush=True)
        producers = [self.producer(f"skip-{number}") for number in range(3)]
        kept, open_, number = [], {}, 0
        for _ in range(60):
            which = source.randrange(3)
            if which in open_:
                if source.random() < 0.5:
                    producers[which].commit_transaction(10)
                    kept += open_.pop(which)
                else:
                    producers[which].abort_transaction(10)
                    del open_[which]
            else:
                producers[which].begin_transaction()
                open_[which] = [str(number + extra) for extra in range(source.randrange(1, 4))]
                number += len(open_[which])
                self.send(producers[which], topic, *open_[which])
        for which in open_:
            producers[which].abort_transaction(10)
        everything = self.consumer(isolation="read_uncommitted")
        everything.assign([TopicPartition(topic, 0, 0)])
        offsets = {}
        while len(offsets) < number:
            message = everything.poll(1)
            if not message.error():
                offsets[message.offset()] = message.value().decode()
        kept = set(kept)
        for start in [0] + source.sample(sorted(offsets), 10):
            expected = [value for offset, value in sorted(offsets.items()) if offset >= start and value in kept]
            reader = self.consumer()
            reader.assign([TopicPartition(topic, 0, start)])
            found = []
            while True:
                message = reader.poll(5)
                if message.error():
                    break
                found.append(message.value().decode())
            self.assertEqual(found, expected, f"from {start}")

    def test_a_transaction_spans_partitions_and_topics(self):
        topics = [self.make_topic(2) for _ in range(2)]
        producer = self.producer("wide")
        for word, end in [("kept", producer.commit_transaction), ("dropped", producer.abort_transaction)]:
            producer.begin_transaction()
            for topic in topics:
                for partition in range(2):
                    self.send(producer, topic, word, partition=partition)
            end(10)
        self.assertEqual([self.read(topic, partition) for topic in topics for partition in range(2)], [["kept"]] * 4)


class Restarts(TransactionCase):
    def test_an_open_transaction_goes_on_after_a_restart(self):
        for end in ["stop", "kill"]:
            for is_commit in [True, False]:
                with self.subTest(end=end, is_commit=is_commit):
                    topic = self.make_topic(2)
                    producer = self.producer(f"{end}-{is_commit}")
                    producer.begin_transaction()
                    self.send(producer, topic, "before")
                    self.restart(end)
                    self.assertEqual(self.read(topic), [])
                    self.send(producer, topic, "after")
                    self.send(producer, topic, "elsewhere", partition=1)
                    (producer.commit_transaction if is_commit else producer.abort_transaction)(20)
                    found = self.read(topic) + self.read(topic, 1)
                    self.assertEqual(found, ["before", "after", "elsewhere"] if is_commit else [])

    def test_what_was_committed_and_aborted_stays_so(self):
        topic = self.make_topic()
        producer = self.producer("stays")
        for word, end in [("a", producer.commit_transaction), ("b", producer.abort_transaction),
                          ("c", producer.commit_transaction)]:
            producer.begin_transaction()
            self.send(producer, topic, word)
            end(10)
        for end in ["kill", "stop", "kill"]:
            self.restart(end)
            self.assertEqual(self.read(topic), ["a", "c"])

    def test_who_was_fenced_stays_fenced(self):
        topic = self.make_topic()
        old = self.producer("fenced")
        old.begin_transaction()
        self.send(old, topic, "old")
        new = self.producer("fenced")
        self.restart("kill")
        code = self.error_code(lambda: old.commit_transaction(10))
        self.assertIn(code, [KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH])
        new.begin_transaction()
        self.send(new, topic, "new")
        new.commit_transaction(10)
        self.assertEqual(self.read(topic), ["new"])

    def test_a_producer_of_the_same_name_ends_what_a_dead_one_left(self):
        topic = self.make_topic()
        old = self.producer("successor")
        old.begin_transaction()
        self.send(old, topic, "left open")
        self.restart("kill")
        self.assertEqual(self.read(topic), [])
        new = self.producer("successor")
        new.begin_transaction()
        self.send(new, topic, "done")
        new.commit_transaction(10)
        self.assertEqual(self.read(topic), ["done"])


class Timeouts(TransactionCase):
    def test_a_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced(self):
        topic = self.make_topic()
        slow = self.producer("slow", **{"transaction.timeout.ms": 1500, "socket.timeout.ms": 1000})
        slow.begin_transaction()
        self.send(slow, topic, "too slow")
        other = self.producer("other")
        other.begin_transaction()
        self.send(other, topic, "quick")
        other.commit_transaction(10)
        self.assertEqual(self.read(topic), [])
        support.eventually(lambda: self.read(topic) == ["quick"], 20, "the end of the slow transaction")
        with self.assertRaises(KafkaException):
            slow.commit_transaction(10)
        self.assertEqual(self.read(topic), ["quick"])

    def test_time_runs_on_after_a_restart(self):
        topic = self.make_topic()
        slow = self.producer("slow", **{"transaction.timeout.ms": 1500, "socket.timeout.ms": 1000})
        slow.begin_transaction()
        self.send(slow, topic, "too slow")
        self.restart("kill")
        other = self.producer("other")
        other.begin_transaction()
        self.send(other, topic, "quick")
        other.commit_transaction(10)
        support.eventually(lambda: self.read(topic) == ["quick"], 20, "the end of the slow transaction")

    def test_a_timeout_beyond_the_longest_is_refused(self):
        with self.assertRaises(KafkaException) as caught:
            self.producer("patient", **{"transaction.timeout.ms": 900_001})
        self.assertEqual(caught.exception.args[0].code(), KafkaError.INVALID_TRANSACTION_TIMEOUT)


class Offsets(TransactionCase):
    def committed(self, group, topic):
        return self.consumer(group).committed([TopicPartition(topic, 0)], 10)[0].offset

    def test_offsets_come_and_go_with_their_transaction_through_restarts(self):
        topic = self.make_topic()
        reader = self.consumer("source")
        reader.subscribe([topic])
        support.eventually(lambda: reader.poll(0.1) is not None or reader.assignment())
        producer = self.producer("offsets")
        for offset, is_commit, expected in [(3, True, 3), (5, False, 3), (7, True, 7)]:
            producer.begin_transaction()
            self.send(producer, topic, "derived")
            producer.send_offsets_to_transaction(
                [TopicPartition(topic, 0, offset)], reader.consumer_group_metadata(), 20)
            (producer.commit_transaction if is_commit else producer.abort_transaction)(20)
            self.assertEqual(self.committed("source", topic), expected)
        self.restart("kill")
        self.assertEqual(self.committed("source", topic), 7)

    def test_a_member_that_lost_its_place_can_t_commit_with_a_transaction(self):
        topic = self.make_topic()
        readers = [self.consumer("zombie", **{"group.instance.id": "one", "session.timeout.ms": 6000})]
        readers[0].subscribe([topic])
        support.eventually(lambda: readers[0].poll(0.1) is not None or readers[0].assignment())
        lost = readers[0].consumer_group_metadata()
        readers.append(self.consumer("zombie", **{"group.instance.id": "one", "session.timeout.ms": 6000}))
        readers[1].subscribe([topic])
        support.eventually(lambda: readers[1].poll(0.1) is not None or readers[1].assignment())
        producer = self.producer("zombie")
        producer.begin_transaction()
        self.send(producer, topic, "x")
        code = self.error_code(
            lambda: producer.send_offsets_to_transaction([TopicPartition(topic, 0, 1)], lost, 10))
        self.assertIn(code, [KafkaError.FENCED_INSTANCE_ID, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.ILLEGAL_GENERATION])
        producer.abort_transaction(10)
        self.assertLess(self.committed("zombie", topic), 0)


class Pipeline(threading.Thread):
    """Reads numbers from one topic and writes them to another, with what it has read in the same transaction; begins
    anew whenever something fails, as a process would that crashed."""

    def __init__(self, case, source, target):
        super().__init__(daemon=True)
        self.case, self.source, self.target = case, source, target
        self.starts = 0
        self.aborts = 0
        self.stopping = threading.Event()
        self.random = random.Random(SEED + 1)

    def run(self):
        while not self.stopping.is_set():
            self.starts += 1
            try:
                self.work()
            except KafkaException:
                time.sleep(0.05)

    def work(self):
        producer = Producer({
            "bootstrap.servers": self.case.bootstrap, "transactional.id": "pipeline", "linger.ms": 0,
            "transaction.timeout.ms": 10_000, **QUICK})
        producer.init_transactions(15)
        consumer = Consumer({
            "bootstrap.servers": self.case.bootstrap, "group.id": "pipeline", "isolation.level": "read_committed",
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "session.timeout.ms": 6000,
            "group.instance.id": "pipeline", **QUICK})
        consumer.subscribe([self.source])
        try:
            while not self.stopping.is_set():
                self.pass_on(producer, consumer)
        finally:
            consumer.close()

    def pass_on(self, producer, consumer):
        messages = [message for message in consumer.consume(20, 0.1) if not message.error()]
        if not messages:
            return
        producer.begin_transaction()
        for message in messages:
            producer.produce(self.target, message.value(), partition=message.partition())
        positions = {message.partition(): message.offset() + 1 for message in messages}
        producer.send_offsets_to_transaction(
            [TopicPartition(self.source, partition, offset) for partition, offset in positions.items()],
            consumer.consumer_group_metadata(), 15)
        if self.random.random() < 0.1:
            self.aborts += 1
            producer.abort_transaction(15)
            raise KafkaException(KafkaError(KafkaError._APPLICATION))
        producer.commit_transaction(15)


class ExactlyOnce(TransactionCase):
    def test_what_is_read_is_passed_on_once_whatever_is_killed(self):
        print(f"\nXOPIX_SEED={SEED}, {ROUNDS} rounds", flush=True)
        source, target = self.make_topic(2), self.make_topic(2)
        chance, published = random.Random(SEED), 0
        feeder = Producer({"bootstrap.servers": self.bootstrap, "enable.idempotence": True, **QUICK})
        pipeline = Pipeline(self, source, target)
        pipeline.start()
        self.addCleanup(pipeline.join, 60)
        self.addCleanup(pipeline.stopping.set)
        for _ in range(ROUNDS):
            before = published
            for _ in range(600):
                feeder.produce(source, b"%d" % published, partition=published % 2)
                published += 1
            self.assertEqual(feeder.flush(20), 0)
            support.eventually(lambda: self.passed() > before, 30, "something passed on")
            time.sleep(chance.uniform(0, 0.1))
            self.server.kill()
            self.server.start()
        expected = [[str(number) for number in range(published) if number % 2 == partition] for partition in range(2)]
        support.eventually(lambda: self.passed() == published, 60, "everything passed on")
        self.assertEqual([self.read(target, partition) for partition in range(2)], expected)
        print(f"{ROUNDS} kills, {published} records passed on by {pipeline.starts} starts, {pipeline.aborts} aborts",
              flush=True)

    def passed(self):
        """How many records the pipeline has committed to have read."""
        asked = [ConsumerGroupTopicPartitions("pipeline")]
        found = self.admin.list_consumer_group_offsets(asked)["pipeline"].result(20)
        return sum(place.offset for place in found.topic_partitions if place.offset > 0)


if __name__ == "__main__":
    unittest.main()
