"""Administration with kafka-python, which says more of the answers than other clients; its errors by their names."""

import unittest
import warnings

import aiokafka.admin
import confluent_kafka.admin
import kafka
import kafka.admin
import kafka.errors
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic, OffsetSpec
from kafka.structs import OffsetAndMetadata, TopicPartition

import support


class Administration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.admin = kafka.admin.KafkaAdminClient(bootstrap_servers=support.bootstrap())
        cls.addClassCleanup(cls.admin.close)

    def make_topic(self, partitions=1, **settings):
        name = support.unique("admin")
        self.admin.create_topics([NewTopic(name, partitions, 1, topic_configs=settings)])
        return name

    def publish(self, topic, count):
        writer = kafka.KafkaProducer(bootstrap_servers=support.bootstrap())
        for number in range(count):
            writer.send(topic, b"%d" % number, partition=0, timestamp_ms=1000 * (number + 1))
        writer.flush(20)
        writer.close()

    def settings(self, topic):
        """What was set for the topic."""
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        found = self.admin.describe_configs([resource])["topic"][topic]
        return {name: one["value"] for name, one in found.items() if one["config_source"] == "DYNAMIC_TOPIC_CONFIG"}


class Topics(Administration):
    def test_what_can_t_be_made_is_refused_by_name(self):
        taken = self.make_topic()
        for error, topic in [
                (kafka.errors.TopicAlreadyExistsError, NewTopic(taken, 1, 1)),
                (kafka.errors.InvalidTopicError, NewTopic("a/b", 1, 1)),
                (kafka.errors.InvalidTopicError, NewTopic("..", 1, 1)),
                (kafka.errors.InvalidTopicError, NewTopic("", 1, 1)),
                (kafka.errors.InvalidTopicError, NewTopic("x" * 250, 1, 1)),
                (kafka.errors.InvalidPartitionsError, NewTopic("none", 0, 1)),
                (kafka.errors.InvalidReplicationFactorError, NewTopic("copies", 1, 3)),
                (kafka.errors.InvalidConfigurationError, NewTopic("odd", 1, 1, topic_configs={"retention.ms": "soon"}))]:
            with self.subTest(topic=topic.name):
                with self.assertRaises(error):
                    self.admin.create_topics([topic])
        longest = "x" * 249
        self.admin.create_topics([NewTopic(longest, 1, 1)])
        self.admin.delete_topics([longest])
        self.assertFalse({"a/b", "..", "", "none", "copies", "odd", longest} & set(self.admin.list_topics()))

    def test_a_trial_makes_nothing(self):
        name = support.unique("admin")
        self.admin.create_topics([NewTopic(name, 1, 1)], validate_only=True)
        self.assertNotIn(name, self.admin.list_topics())
        topic = self.make_topic(2)
        self.admin.create_partitions({topic: 5}, validate_only=True)
        self.assertEqual(len(self.admin.describe_topics([topic])[0]["partitions"]), 2)

    def test_partitions_only_become_more(self):
        topic = self.make_topic(3)
        for count in [1, 3]:
            with self.assertRaises(kafka.errors.InvalidPartitionsError):
                self.admin.create_partitions({topic: count})
        self.admin.create_partitions({topic: 4})
        partitions = self.admin.describe_topics([topic])[0]["partitions"]
        self.assertEqual([(one["partition_index"], one["leader_id"], one["isr_nodes"]) for one in partitions],
                         [(number, 1, [1]) for number in range(4)])

    def test_a_topic_made_again_is_a_new_one(self):
        topic = self.make_topic()
        first = self.admin.describe_topics([topic])[0]["topic_id"]
        self.publish(topic, 5)
        self.admin.delete_topics([topic])
        with self.assertRaises(kafka.errors.UnknownTopicOrPartitionError):
            self.admin.delete_topics([topic])
        self.admin.create_topics([NewTopic(topic, 1, 1)])
        self.assertNotEqual(self.admin.describe_topics([topic])[0]["topic_id"], first)
        place = TopicPartition(topic, 0)
        self.assertEqual(self.admin.list_partition_offsets({place: OffsetSpec.LATEST})[place].offset, 0)

    def test_looking_makes_no_topic(self):
        name = support.unique("admin")
        self.assertEqual(self.admin.describe_topics([name])[0]["error_code"], 3)
        self.admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        self.assertNotIn(name, self.admin.list_topics())


class Settings(Administration):
    def test_settings_are_set_and_taken_back_one_by_one(self):
        topic = self.make_topic(**{"retention.ms": "1000000"})
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, {"segment.bytes": "1048576"})
        self.admin.alter_configs([resource])
        self.assertEqual(self.settings(topic), {"retention.ms": "1000000", "segment.bytes": "1048576"})
        self.admin.reset_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": None})])
        self.assertEqual(self.settings(topic), {"segment.bytes": "1048576"})

    def test_settings_are_replaced_as_a_whole_by_the_old_request(self):
        topic = self.make_topic(**{"retention.ms": "1000000"})
        client = confluent_kafka.admin.AdminClient({"bootstrap.servers": support.bootstrap()})
        resource = confluent_kafka.admin.ConfigResource(
            confluent_kafka.admin.ResourceType.TOPIC, topic, set_config={"segment.bytes": "1048576"})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            client.alter_configs([resource])[resource].result(10)
        self.assertEqual(self.settings(topic), {"segment.bytes": "1048576"})

    def test_the_broker_tells_its_settings(self):
        found = self.admin.describe_configs(
            [ConfigResource(ConfigResourceType.BROKER, "1")], config_filter="all")["broker"]["1"]
        self.assertEqual(found["num.partitions"]["value"], "4")
        self.assertEqual(found["broker.id"]["value"], "1")
        self.assertTrue(found["broker.id"]["read_only"])


class Records(Administration):
    def test_offsets_are_listed_by_kind_and_time(self):
        topic = self.make_topic()
        self.publish(topic, 10)
        place = TopicPartition(topic, 0)

        def offset(spec):
            return self.admin.list_partition_offsets({place: spec})[place].offset

        self.assertEqual([offset(spec) for spec in [OffsetSpec.EARLIEST, OffsetSpec.LATEST, OffsetSpec.MAX_TIMESTAMP]],
                         [0, 10, 9])
        self.assertEqual([offset(time) for time in [0, 1000, 4500, 10_000]], [0, 0, 4, 9])

    def test_records_are_deleted_up_to_an_offset_and_not_beyond_the_end(self):
        topic = self.make_topic()
        self.publish(topic, 10)
        place = TopicPartition(topic, 0)
        self.assertEqual(self.admin.delete_records({place: 4})[place]["low_watermark"], 4)
        # What is gone is gone.
        self.assertEqual(self.admin.delete_records({place: 2})[place]["low_watermark"], 4)
        with self.assertRaises(kafka.errors.OffsetOutOfRangeError):
            self.admin.delete_records({place: 11})
        self.assertEqual(self.admin.delete_records({place: -1})[place]["low_watermark"], 10)
        self.publish(topic, 1)
        self.assertEqual(self.admin.list_partition_offsets({place: OffsetSpec.LATEST})[place].offset, 11)


class Groups(Administration):
    def test_offsets_of_a_group_are_set_reset_and_deleted(self):
        topic, group = self.make_topic(), support.unique("group")
        self.publish(topic, 10)
        place = TopicPartition(topic, 0)
        self.admin.alter_group_offsets(group, {place: OffsetAndMetadata(5, "by hand", -1)})
        found = self.admin.list_group_offsets([group])[group][place]
        self.assertEqual((found.offset, found.metadata), (5, "by hand"))
        self.admin.delete_records({place: 3})
        self.admin.reset_group_offsets(group, {place: OffsetSpec.EARLIEST})
        self.assertEqual(self.admin.list_group_offsets([group])[group][place].offset, 3)
        self.admin.delete_group_offsets(group, [place])
        self.assertNotIn(place, self.admin.list_group_offsets([group])[group])

    def test_groups_are_listed_by_state_and_described(self):
        topic, group = self.make_topic(), support.unique("group")
        self.publish(topic, 1)
        reader = kafka.KafkaConsumer(topic, bootstrap_servers=support.bootstrap(), group_id=group, client_id="reader",
                                     auto_offset_reset="earliest")
        self.addCleanup(reader.close)
        # One long wait: a poll that ends while the client joins makes it forget the assignment that then arrives.
        self.assertTrue(reader.poll(60_000))
        for states, expected in [(None, True), (["Stable"], True), (["Empty"], False)]:
            listed = [one["group_id"] for one in self.admin.list_groups(states_filter=states)]
            self.assertEqual(group in listed, expected, states)
        found = self.admin.describe_groups([group])[group]
        self.assertEqual((found["group_state"], found["protocol_type"]), ("Stable", "consumer"))
        self.assertEqual([member["client_id"] for member in found["members"]], ["reader"])

    def test_the_cluster_is_one_broker(self):
        found = self.admin.describe_cluster()
        self.assertEqual((len(found["cluster_id"]), found["controller_id"]), (22, 1))
        self.assertEqual([(one["broker_id"], one["port"]) for one in found["brokers"]],
                         [(1, support.server().kafka_port)])


class AsyncAdministration(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        support.server()

    async def test_an_old_client_administers_too(self):
        client = aiokafka.admin.AIOKafkaAdminClient(bootstrap_servers=support.bootstrap())
        await client.start()
        topic = support.unique("admin")
        await client.create_topics([aiokafka.admin.NewTopic(topic, 2, 1)])
        await client.create_partitions({topic: aiokafka.admin.NewPartitions(3)})
        found = await client.describe_topics([topic])
        self.assertEqual(len(found[0]["partitions"]), 3)
        self.assertEqual(len((await client.describe_cluster())["cluster_id"]), 22)
        await client.delete_topics([topic])
        self.assertNotIn(topic, await client.list_topics())
        await client.close()


if __name__ == "__main__":
    unittest.main()
