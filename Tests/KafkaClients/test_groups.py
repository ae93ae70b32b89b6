"""Consumer groups of several members: who gets what, when members come, go, die and come back, and what is kept of them."""

import queue
import subprocess
import sys
import threading
import time
import unittest

import kafka
from confluent_kafka import Consumer, ConsumerGroupState, ConsumerGroupTopicPartitions, KafkaError, KafkaException
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

import support
import xopix


class Member:
    """A consumer that is polled by a thread of its own, and what has become of it."""

    def __init__(self, bootstrap, group, topic, **options):
        self.topic = topic
        self.assigned = set()
        self.revocations = []
        self.records = []
        self.errors = []
        self._stopping = threading.Event()
        self._work = queue.SimpleQueue()
        self.consumer = Consumer({
            "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
            "session.timeout.ms": 6000, "heartbeat.interval.ms": 300, "enable.auto.commit": False, "log_level": 0,
            "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200, **options})
        self._is_cooperative = options.get("partition.assignment.strategy") == "cooperative-sticky"
        self.consumer.subscribe(
            [topic], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_revoke)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _on_assign(self, consumer, places):
        self.assigned |= {place.partition for place in places}

    def _on_revoke(self, consumer, places):
        lost = {place.partition for place in places}
        self.revocations.append(lost)
        self.assigned -= lost

    def _run(self):
        while not self._stopping.is_set():
            if not self._work.empty():
                self._work.get()()
            message = self.consumer.poll(0.05)
            if message is None:
                continue
            if message.error():
                self.errors.append(message.error())
            else:
                self.records.append((message.partition(), message.offset(), message.value()))

    def commit(self, offset):
        """Commits the offset in each partition that it has, between polls."""
        outcome = queue.SimpleQueue()

        def commit():
            places = [TopicPartition(self.topic, partition, offset) for partition in self.assigned]
            try:
                self.consumer.commit(offsets=places, asynchronous=False)
                outcome.put(None)
            except KafkaException as error:
                outcome.put(error)

        self._work.put(commit)
        error = outcome.get(timeout=30)
        if error:
            raise error

    def close(self):
        """Leaves the group (a static member does not)."""
        if not self._stopping.is_set():
            self._stopping.set()
            self._thread.join()
            self.consumer.close()


class GroupCase(unittest.TestCase):
    bootstrap = property(lambda self: support.bootstrap())

    def setUp(self):
        self.admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        self.group = support.unique("group")

    def make_topic(self, partitions):
        name = support.unique("groups")
        self.admin.create_topics([NewTopic(name, partitions, 1)])[name].result(10)
        return name

    def publish(self, topic, values, partitions=1):
        writer = Producer({"bootstrap.servers": self.bootstrap})
        errors = []
        for number, value in enumerate(values):
            writer.produce(topic, value, partition=number % partitions,
                           on_delivery=lambda error, _: errors.append(error) if error else None)
        self.assertEqual(writer.flush(20), 0)
        self.assertEqual(errors, [])

    def member(self, topic, **options):
        member = Member(self.bootstrap, self.group, topic, **options)
        self.addCleanup(member.close)
        return member

    def shared(self, members, partitions):
        """Waits until every partition has one owner, and none of the members has much more than another."""

        def is_shared():
            owned = [set(member.assigned) for member in members]
            least, most = divmod(partitions, len(members))[0], -(-partitions // len(members))
            return (sorted(one for own in owned for one in own) == list(range(partitions))
                    and all(least <= len(own) <= most for own in owned))

        support.eventually(is_shared, 40, f"{partitions} partitions shared by {len(members)} members")

    def described(self):
        return self.admin.describe_consumer_groups([self.group])[self.group].result(10)

    def committed(self, topic, partition=0):
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": self.group, "log_level": 0})
        found = reader.committed([TopicPartition(topic, partition)], 10)[0].offset
        reader.close()
        return found


class Members(GroupCase):
    def come_and_go(self, strategy):
        topic = self.make_topic(6)
        members = [self.member(topic, **{"partition.assignment.strategy": strategy})]
        self.shared(members, 6)
        self.publish(topic, [b"%d" % number for number in range(600)], 6)
        for _ in range(2):
            members.append(self.member(topic, **{"partition.assignment.strategy": strategy}))
            self.shared(members, 6)
        self.assertEqual(len(self.described().members), 3)
        self.assertEqual(self.described().state, ConsumerGroupState.STABLE)
        support.eventually(
            lambda: {value for member in members for _, _, value in member.records}
            == {b"%d" % number for number in range(600)}, what="every record read by a member")
        while len(members) > 1:
            members.pop(0).close()
            self.shared(members, 6)
        return members[0]

    def test_three_members_share_eagerly(self):
        self.come_and_go("roundrobin")

    def test_three_members_share_cooperatively(self):
        last = self.come_and_go("cooperative-sticky")
        # Nobody had to give everything up for others to come and go.
        self.assertTrue(all(len(lost) < 6 for lost in last.revocations), last.revocations)

    def test_clients_of_different_kinds_share_a_topic(self):
        topic = self.make_topic(4)
        other = kafka.KafkaConsumer(
            topic, bootstrap_servers=self.bootstrap, group_id=self.group, session_timeout_ms=6000,
            heartbeat_interval_ms=300, partition_assignment_strategy=[
                kafka.coordinator.assignors.range.RangePartitionAssignor])
        self.addCleanup(other.close)
        member = self.member(topic, **{"partition.assignment.strategy": "range"})

        def is_shared():
            # Long waits: a poll that ends while the client joins makes it forget the assignment that then arrives.
            other.poll(2000)
            theirs = {place.partition for place in other.assignment()}
            return len(theirs) == len(member.assigned) == 2 and not theirs & member.assigned

        support.eventually(is_shared, 40, "two partitions for each")

    def test_members_without_a_common_strategy_are_refused(self):
        topic = self.make_topic(2)
        self.member(topic, **{"partition.assignment.strategy": "range"})
        support.eventually(lambda: len(self.described().members) == 1)
        errors = []
        other = Consumer({
            "bootstrap.servers": self.bootstrap, "group.id": self.group, "log_level": 0,
            "partition.assignment.strategy": "roundrobin", "error_cb": errors.append})
        self.addCleanup(other.close)
        other.subscribe([topic])

        def is_refused():
            message = other.poll(0.1)
            found = errors + ([message.error()] if message is not None and message.error() else [])
            return any(error.code() == KafkaError.INCONSISTENT_GROUP_PROTOCOL for error in found)

        support.eventually(is_refused, what="the error that the protocols are inconsistent")
        self.assertEqual(len(self.described().members), 1)

    def test_a_member_that_dies_loses_its_partitions_when_its_session_ends(self):
        topic = self.make_topic(2)
        program = ("import sys; from confluent_kafka import Consumer\n"
                   "c = Consumer({'bootstrap.servers': sys.argv[1], 'group.id': sys.argv[2], 'log_level': 0,"
                   " 'session.timeout.ms': 6000})\n"
                   "c.subscribe([sys.argv[3]])\n"
                   "while True: c.poll(0.1)\n")
        mortal = subprocess.Popen([sys.executable, "-c", program, self.bootstrap, self.group, topic])
        self.addCleanup(mortal.wait)
        self.addCleanup(mortal.kill)
        support.eventually(lambda: len(self.described().members) == 1, what="the member that will die")
        member = self.member(topic)
        support.eventually(lambda: len(member.assigned) == 1, 30, "half of the partitions")
        mortal.kill()
        support.eventually(lambda: len(member.assigned) == 2, 30, "the partitions of the dead")
        self.assertEqual(len(self.described().members), 1)

    def test_a_member_that_does_not_poll_loses_its_partitions(self):
        topic = self.make_topic(2)
        options = {"max.poll.interval.ms": 6000}
        lazy = Consumer({"bootstrap.servers": self.bootstrap, "group.id": self.group, "session.timeout.ms": 6000,
                         "heartbeat.interval.ms": 300, "log_level": 0, **options})
        lazy.subscribe([topic])
        support.eventually(lambda: lazy.poll(0.1) or len(lazy.assignment()) == 2)
        member = self.member(topic, **options)
        support.eventually(lambda: len(member.assigned) == 2, 40, "the partitions of who does not poll")
        lazy.close()

    def test_new_partitions_are_given_to_members(self):
        topic = self.make_topic(1)
        member = self.member(topic, **{"topic.metadata.refresh.interval.ms": 300, "metadata.max.age.ms": 1000})
        support.eventually(lambda: member.assigned == {0})
        places = kafka.admin.KafkaAdminClient(bootstrap_servers=self.bootstrap)
        places.create_partitions({topic: 3})
        places.close()
        support.eventually(lambda: member.assigned == {0, 1, 2}, 30, "the new partitions")

    def test_a_static_member_restarts_and_nobody_notices(self):
        topic = self.make_topic(4)
        options = {"session.timeout.ms": 30_000}
        first, second = (self.member(topic, **options, **{"group.instance.id": name}) for name in ["one", "two"])
        self.shared([first, second], 4)
        had = set(second.assigned)
        second.close()
        # What it would have read is kept for it.
        self.publish(topic, [b"x"] * 8, 4)
        time.sleep(1)
        first.revocations.clear()
        again = self.member(topic, **options, **{"group.instance.id": "two"})
        support.eventually(lambda: again.assigned == had, 10, "the same partitions")
        support.eventually(lambda: {partition for partition, _, _ in again.records} == had)
        self.assertEqual(first.revocations, [])
        self.assertEqual({member.group_instance_id for member in self.described().members}, {"one", "two"})

    def test_a_second_member_of_the_same_static_name_fences_the_first(self):
        topic = self.make_topic(2)
        errors = []
        first = self.member(topic, **{"group.instance.id": "one", "error_cb": errors.append})
        support.eventually(lambda: first.assigned == {0, 1})
        second = self.member(topic, **{"group.instance.id": "one"})
        support.eventually(lambda: second.assigned == {0, 1})
        support.eventually(lambda: any(
            error.code() in [KafkaError._FATAL, KafkaError.FENCED_INSTANCE_ID] for error in errors + first.errors), what="the first's fatal error")

    def test_static_members_are_removed_by_an_administrator(self):
        topic = self.make_topic(2)
        first = self.member(topic, **{"group.instance.id": "one", "session.timeout.ms": 60_000})
        support.eventually(lambda: first.assigned == {0, 1})
        first.close()
        self.assertEqual(len(self.described().members), 1)
        other = kafka.admin.KafkaAdminClient(bootstrap_servers=self.bootstrap)
        self.addCleanup(other.close)
        try:
            leaving = kafka.admin.MemberToRemove(group_instance_id="one")
        except AttributeError:
            self.skipTest("this client can't remove members")
        other.remove_group_members(self.group, [leaving])
        support.eventually(lambda: self.described().state == ConsumerGroupState.EMPTY)


class Offsets(GroupCase):
    def test_lag_is_what_is_not_committed(self):
        topic = self.make_topic(2)
        self.publish(topic, [b"x"] * 100, 2)
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": self.group, "log_level": 0})
        reader.commit(offsets=[TopicPartition(topic, 0, 20), TopicPartition(topic, 1, 50)], asynchronous=False)
        reader.close()
        asked = [ConsumerGroupTopicPartitions(self.group)]
        found = self.admin.list_consumer_group_offsets(asked)[self.group].result(10)
        places = {TopicPartition(topic, number): OffsetSpec.latest() for number in range(2)}
        ends = {place.partition: future.result(10).offset
                for place, future in self.admin.list_offsets(places).items()}
        self.assertEqual({one.partition: ends[one.partition] - one.offset for one in found.topic_partitions},
                         {0: 30, 1: 0})

    def test_offsets_are_reset_while_nobody_reads(self):
        topic = self.make_topic(1)
        self.publish(topic, [b"%d" % number for number in range(20)])
        member = self.member(topic)
        support.eventually(lambda: len(member.records) == 20)
        member.commit(20)
        wanted = [ConsumerGroupTopicPartitions(self.group, [TopicPartition(topic, 0, 5)])]
        refused = self.admin.alter_consumer_group_offsets(wanted)[self.group].result(10)
        self.assertEqual([one.error.code() for one in refused.topic_partitions], [KafkaError.UNKNOWN_MEMBER_ID])
        with self.assertRaises(KafkaException) as caught:
            self.admin.delete_consumer_groups([self.group])[self.group].result(10)
        self.assertEqual(caught.exception.args[0].code(), KafkaError.NON_EMPTY_GROUP)
        member.close()
        self.admin.alter_consumer_group_offsets(wanted)[self.group].result(10)
        again = self.member(topic)
        support.eventually(lambda: len(again.records) == 15)
        self.assertEqual(again.records[0][1:], (5, b"5"))
        again.close()
        self.admin.delete_consumer_groups([self.group])[self.group].result(10)
        self.assertLess(self.committed(topic), 0)
        with self.assertRaises(KafkaException) as caught:
            self.admin.delete_consumer_groups([self.group])[self.group].result(10)
        self.assertEqual(caught.exception.args[0].code(), KafkaError.GROUP_ID_NOT_FOUND)

    def test_offsets_of_a_deleted_topic_are_gone(self):
        topic = self.make_topic(1)
        self.publish(topic, [b"x"] * 5)
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": self.group, "log_level": 0})
        reader.commit(offsets=[TopicPartition(topic, 0, 5)], asynchronous=False)
        reader.close()
        self.admin.delete_topics([topic])[topic].result(10)
        self.admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(10)
        support.eventually(lambda: self.committed(topic) < 0, what="no offset of the topic that was")

    def test_long_metadata_is_refused_and_the_offset_with_it(self):
        topic = self.make_topic(1)
        reader = Consumer({"bootstrap.servers": self.bootstrap, "group.id": self.group, "log_level": 0})
        self.addCleanup(reader.close)
        # This client sends a zero byte more.
        reader.commit(offsets=[TopicPartition(topic, 0, 1, metadata="x" * 4095)], asynchronous=False)
        with self.assertRaises(KafkaException) as caught:
            reader.commit(offsets=[TopicPartition(topic, 0, 2, metadata="x" * 4096)], asynchronous=False)
        self.assertEqual(caught.exception.args[0].code(), KafkaError.OFFSET_METADATA_TOO_LARGE)
        self.assertEqual(reader.committed([TopicPartition(topic, 0)], 10)[0].offset, 1)


class Restarts(GroupCase):
    """Groups across restarts and kills of a server of their own."""

    bootstrap = property(lambda self: f"127.0.0.1:{self.server.kafka_port}")

    def setUp(self):
        self.server = xopix.Server("--checkpoint-seconds", "0.2").start()
        self.addCleanup(self.server.close)
        super().setUp()

    def test_committed_offsets_and_members_come_back(self):
        topic = self.make_topic(2)
        self.publish(topic, [b"%d" % number for number in range(100)], 2)
        members = [self.member(topic) for _ in range(2)]
        self.shared(members, 2)
        support.eventually(lambda: sum(len(member.records) for member in members) >= 100)
        offset = 10
        for end in [self.server.kill, self.server.stop, self.server.kill]:
            offset += 1
            for member in members:
                member.commit(offset)
            end()
            self.server.start()
            self.assertEqual([self.committed(topic, partition) for partition in range(2)], [offset, offset])
            # The members join again by themselves, share everything and read what comes.
            support.eventually(lambda: len(self.described().members) == 2, 30, "both members again")
            self.shared(members, 2)
            before = [len(member.records) for member in members]
            self.publish(topic, [b"more"] * 2, 2)
            support.eventually(
                lambda: all(len(member.records) > count for member, count in zip(members, before)), 30,
                "a new record for each member")

if __name__ == "__main__":
    unittest.main()
