"""confluent-kafka (librdkafka) against the broker."""

import functools
import time
import unittest

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec, ResourceType)

import support


def producer(**options):
    return Producer({"bootstrap.servers": support.bootstrap(), **options})


def consumer(group, **options):
    return Consumer({"bootstrap.servers": support.bootstrap(), "group.id": group, "auto.offset.reset": "earliest",
                     "enable.auto.commit": False, **options})


@functools.cache
def admin():
    """One for all: a client that nobody holds ends its own requests."""
    return AdminClient({"bootstrap.servers": support.bootstrap()})


def make_topic(partitions=1, **settings):
    name = support.unique("confluent")
    admin().create_topics([NewTopic(name, partitions, 1, config=settings)])[name].result(10)
    return name


def take(reader, count, seconds=20):
    """The next `count` records."""
    found = []
    deadline = time.monotonic() + seconds
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} records came within {seconds} s"
        for message in reader.consume(count - len(found), 0.2):
            if message.error():
                raise KafkaException(message.error())
            found.append(message)
    return found


def rest(reader, seconds=1.5):
    """What comes within a time."""
    found = []
    message = reader.poll(seconds)
    while message is not None:
        if not message.error():
            found.append(message)
        message = reader.poll(seconds)
    return found


def publish(writer, topic, values, partition=0):
    errors = []
    for value in values:
        writer.produce(topic, value=value, partition=partition,
                       on_delivery=lambda error, _: errors.append(error) if error else None)
    assert writer.flush(20) == 0
    return errors


class Producing(unittest.TestCase):
    def test_every_codec_is_read_back(self):
        topic = make_topic(3)
        expected = set()
        for codec in support.CODECS:
            writer = producer(**{"compression.type": codec, "enable.idempotence": True, "linger.ms": 5})
            failures = []
            for number in range(500):
                key, value = f"{codec}-{number}", f"{codec} {number} " * 10
                expected.add((key, value))
                writer.produce(topic, key=key, value=value, headers={"codec": codec},
                               on_delivery=lambda error, _: failures.append(error) if error else None)
            self.assertEqual(writer.flush(20), 0)
            self.assertEqual(failures, [])
        reader = consumer(support.unique("group"))
        reader.subscribe([topic])
        found = {(m.key().decode(), m.value().decode()) for m in take(reader, len(expected))}
        self.assertEqual(found, expected)
        reader.close()

    def test_acks_are_all_honoured(self):
        topic = make_topic()
        for acks in ["0", "1", "all"]:
            self.assertEqual(publish(producer(acks=acks), topic, [acks.encode()] * 10), [])
        reader = consumer(support.unique("group"))
        reader.assign([TopicPartition(topic, 0, 0)])
        self.assertEqual(len(take(reader, 30)), 30)
        reader.close()

    def test_a_record_that_is_too_large_is_refused_and_others_are_taken(self):
        topic = make_topic(**{"max.message.bytes": "20000"})
        writer = producer(**{"message.max.bytes": 1_000_000})
        errors = publish(writer, topic, [b"x" * 50_000])
        self.assertEqual([error.code() for error in errors], [KafkaError.MSG_SIZE_TOO_LARGE])
        self.assertEqual(publish(writer, topic, [b"x" * 100]), [])

    def test_a_compacted_topic_refuses_records_without_keys(self):
        topic = make_topic(**{"cleanup.policy": "compact"})
        errors = publish(producer(), topic, [b"x"])
        self.assertEqual([error.code() for error in errors], [KafkaError.INVALID_RECORD])


class Transactions(unittest.TestCase):
    def test_readers_of_committed_records_see_whole_transactions_only(self):
        topic = make_topic()
        writer = producer(**{"transactional.id": support.unique("transaction")})
        writer.init_transactions(10)
        reader = consumer(support.unique("group"), **{"isolation.level": "read_committed"})
        reader.assign([TopicPartition(topic, 0, 0)])
        for name, ends in [(b"a", writer.commit_transaction), (b"b", writer.abort_transaction),
                           (b"c", writer.commit_transaction)]:
            writer.begin_transaction()
            for number in range(20):
                writer.produce(topic, value=name + b"%d" % number, partition=0)
            writer.flush(10)
            if name == b"b":
                self.assertEqual(rest(reader)[20:], [])
            ends(10)
        # The answer to a commit comes when everybody can see it.
        values = [m.value() for m in rest(reader)]
        self.assertEqual(values[-20:], [b"c%d" % number for number in range(20)])
        self.assertNotIn(b"b0", values)
        everything = consumer(support.unique("group"), **{"isolation.level": "read_uncommitted"})
        everything.assign([TopicPartition(topic, 0, 0)])
        self.assertEqual(len(take(everything, 60)), 60)
        reader.close()
        everything.close()

    def test_offsets_are_committed_with_the_transaction(self):
        topic, group = make_topic(), support.unique("group")
        publish(producer(), topic, [b"x"] * 10)
        reader = consumer(group)
        reader.subscribe([topic])
        take(reader, 10)
        writer = producer(**{"transactional.id": support.unique("transaction")})
        writer.init_transactions(10)
        for offset, ends in [(4, writer.abort_transaction), (7, writer.commit_transaction)]:
            writer.begin_transaction()
            writer.produce(topic, value=b"derived", partition=0)
            writer.send_offsets_to_transaction(
                [TopicPartition(topic, 0, offset)], reader.consumer_group_metadata(), 10)
            ends(10)
        self.assertEqual(reader.committed([TopicPartition(topic, 0)], 10)[0].offset, 7)
        reader.close()

    def test_a_producer_is_fenced_by_one_of_the_same_name(self):
        topic, name = make_topic(), support.unique("transaction")
        first, second = (producer(**{"transactional.id": name}) for _ in range(2))
        first.init_transactions(10)
        first.begin_transaction()
        first.produce(topic, value=b"lost", partition=0)
        first.flush(10)
        second.init_transactions(10)
        with self.assertRaises(KafkaException) as caught:
            first.produce(topic, value=b"too late", partition=0)
            first.commit_transaction(10)
        self.assertIn(caught.exception.args[0].code(),
                      [KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH])
        second.begin_transaction()
        second.produce(topic, value=b"kept", partition=0)
        second.commit_transaction(10)
        reader = consumer(support.unique("group"), **{"isolation.level": "read_committed"})
        reader.assign([TopicPartition(topic, 0, 0)])
        self.assertEqual([m.value() for m in rest(reader)], [b"kept"])
        reader.close()


class Groups(unittest.TestCase):
    def share(self, strategy):
        """Two members share a topic; one leaves; the other has everything."""
        topic, group = make_topic(4), support.unique("group")
        options = {"partition.assignment.strategy": strategy, "session.timeout.ms": 6000}
        members = [consumer(group, **options) for _ in range(2)]
        for member in members:
            member.subscribe([topic])

        def assigned():
            for member in members:
                member.poll(0.05)
            return [{p.partition for p in member.assignment()} for member in members]

        def is_shared():
            sets = assigned()
            return all(len(one) == 2 for one in sets) and sets[0].isdisjoint(sets[1])

        support.eventually(is_shared, 30, "sharing four partitions between two members")
        leaving = members.pop()
        leaving.close()
        support.eventually(lambda: assigned() == [{0, 1, 2, 3}], 30, "one member having all partitions")
        members[0].close()

    def test_members_share_partitions_eagerly(self):
        self.share("range")

    def test_members_share_partitions_cooperatively(self):
        self.share("cooperative-sticky")

    def test_a_static_member_comes_back_to_its_partitions_without_a_rebalance(self):
        topic, group = make_topic(2), support.unique("group")
        options = {"group.instance.id": "one", "session.timeout.ms": 30000}
        first = consumer(group, **options)
        first.subscribe([topic])
        support.eventually(lambda: first.poll(0.1) or len(first.assignment()) == 2)
        first.close()
        again = consumer(group, **options)
        again.subscribe([topic])
        support.eventually(lambda: again.poll(0.1) or len(again.assignment()) == 2, 10)
        described = admin().describe_consumer_groups([group])[group].result(10)
        self.assertEqual([member.group_instance_id for member in described.members], ["one"])
        again.close()

    def test_offsets_and_their_metadata_come_back(self):
        topic, group = make_topic(2), support.unique("group")
        publish(producer(), topic, [b"x"] * 5)
        reader = consumer(group)
        reader.assign([TopicPartition(topic, 0, 0)])
        take(reader, 5)
        reader.commit(offsets=[TopicPartition(topic, 0, 3, metadata="where I was")], asynchronous=False)
        found = reader.committed([TopicPartition(topic, 0), TopicPartition(topic, 1)], 10)
        self.assertEqual((found[0].offset, found[0].metadata), (3, "where I was"))
        self.assertLess(found[1].offset, 0)
        reader.close()
        admin().delete_consumer_groups([group])[group].result(10)
        self.assertLess(consumer(group).committed([TopicPartition(topic, 0)], 10)[0].offset, 0)


class Administration(unittest.TestCase):
    def test_topics_partitions_and_settings(self):
        client, topic = admin(), make_topic(2, **{"retention.ms": "1000000"})
        client.create_partitions([NewPartitions(topic, 5)])[topic].result(10)
        self.assertEqual(len(client.list_topics(timeout=10).topics[topic].partitions), 5)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[
            ConfigEntry("retention.ms", "5000000", incremental_operation=AlterConfigOpType.SET),
            ConfigEntry("cleanup.policy", "compact", incremental_operation=AlterConfigOpType.APPEND)])
        client.incremental_alter_configs([resource])[resource].result(10)
        resource = ConfigResource(ResourceType.TOPIC, topic)
        settings = client.describe_configs([resource])[resource].result(10)
        self.assertEqual(settings["retention.ms"].value, "5000000")
        self.assertEqual(settings["cleanup.policy"].value, "delete,compact")
        self.assertEqual(settings["max.message.bytes"].value, "1048588")
        wrong = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[
            ConfigEntry("retention.ms", "soon", incremental_operation=AlterConfigOpType.SET)])
        with self.assertRaises(KafkaException) as caught:
            client.incremental_alter_configs([wrong])[wrong].result(10)
        self.assertEqual(caught.exception.args[0].code(), KafkaError.INVALID_CONFIG)
        with self.assertRaises(KafkaException) as caught:
            client.create_topics([NewTopic(topic, 1, 1)])[topic].result(10)
        self.assertEqual(caught.exception.args[0].code(), KafkaError.TOPIC_ALREADY_EXISTS)
        client.delete_topics([topic])[topic].result(10)
        self.assertNotIn(topic, client.list_topics(timeout=10).topics)

    def test_topics_of_the_read_models_can_t_be_deleted(self):
        with self.assertRaises(KafkaException) as caught:
            admin().delete_topics(["products"])["products"].result(10)
        self.assertEqual(caught.exception.args[0].code(), KafkaError.POLICY_VIOLATION)

    def test_records_are_found_by_time_and_deleted_by_offset(self):
        client, topic = admin(), make_topic()
        writer = producer()
        for number in range(100):
            writer.produce(topic, value=b"%d" % number, partition=0, timestamp=1_000_000 + 1000 * number)
            if number % 10 == 9:
                writer.flush(10)
        place = TopicPartition(topic, 0)

        def offset(spec):
            return client.list_offsets({place: spec})[place].result(10).offset

        self.assertEqual(offset(OffsetSpec.for_timestamp(1_042_001)), 43)
        self.assertEqual(offset(OffsetSpec.for_timestamp(2_000_000)), -1)
        self.assertEqual(offset(OffsetSpec.max_timestamp()), 99)
        self.assertEqual((offset(OffsetSpec.earliest()), offset(OffsetSpec.latest())), (0, 100))
        self.assertEqual(client.delete_records([TopicPartition(topic, 0, 40)])[place].result(10).low_watermark, 40)
        self.assertEqual(offset(OffsetSpec.earliest()), 40)
        reader = consumer(support.unique("group"))
        reader.assign([place])
        self.assertEqual(take(reader, 1)[0].offset(), 40)
        reader.close()

    def test_cluster_and_groups_are_described(self):
        cluster = admin().describe_cluster().result(10)
        self.assertEqual((len(cluster.cluster_id), len(cluster.nodes)), (22, 1))
        self.assertEqual(cluster.cluster_id, admin().list_topics(timeout=30).cluster_id)
        topic, group = make_topic(), support.unique("group")
        reader = consumer(group)
        reader.subscribe([topic])
        support.eventually(lambda: reader.poll(0.1) or reader.assignment())
        self.assertIn(group, [one.group_id for one in admin().list_consumer_groups().result(10).valid])
        self.assertEqual(len(admin().describe_consumer_groups([group])[group].result(10).members), 1)
        reader.close()


class ReadSide(unittest.TestCase):
    def test_an_event_that_kafka_s_client_publishes_is_found_over_http(self):
        name = support.unique("kettle")
        event = (b'{"specversion":"1.0","id":"%s","source":"/test","type":"ProductCreated",'
                 b'"time":"2026-11-23T00:00:00Z","data":{"product_id":"%s","title":"Chartreuse kettle %s"}}'
                 % ((name.encode(),) * 3))
        writer = producer(**{"transactional.id": support.unique("transaction")})
        writer.init_transactions(10)
        writer.begin_transaction()
        writer.produce("products", key=name, value=event)
        writer.commit_transaction(10)
        support.eventually(
            lambda: support.server().get("/v1/search?q=chartreuse").json["total"]["value"] == 1, 10)
        writer.begin_transaction()
        writer.produce("products", key=name, value=event.replace(b"Chartreuse", b"Vermilion").replace(
            name.encode() + b'","source', name.encode() + b'2","source'))
        writer.flush(10)
        writer.abort_transaction(10)
        publish(producer(), "products", [event.replace(b"Chartreuse", b"Ochre").replace(name.encode(), b"other")])
        support.eventually(lambda: support.server().get("/v1/search?q=ochre").json["total"]["value"] == 1, 10)
        self.assertEqual(support.server().get("/v1/search?q=vermilion&typo=off").json["total"]["value"], 0)


if __name__ == "__main__":
    unittest.main()
