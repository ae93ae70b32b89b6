"""kafka-python, aiokafka, kcat and Kafka's Java client against the broker."""

import asyncio
import pathlib
import subprocess
import unittest

import aiokafka
import aiokafka.admin
import kafka
import kafka.admin

import support


class KafkaPython(unittest.TestCase):
    def test_it_produces_consumes_commits_and_administers(self):
        topic, group = support.unique("python"), support.unique("group")
        client = kafka.admin.KafkaAdminClient(bootstrap_servers=support.bootstrap())
        client.create_topics([kafka.admin.NewTopic(topic, 3, 1)])
        for codec in support.CODECS:
            writer = kafka.KafkaProducer(
                bootstrap_servers=support.bootstrap(), compression_type=None if codec == "none" else codec, acks="all")
            sent = [writer.send(topic, key=b"%d" % number, value=codec.encode()) for number in range(200)]
            writer.flush(20)
            for one in sent:
                one.get(10)
            writer.close()
        reader = kafka.KafkaConsumer(
            topic, bootstrap_servers=support.bootstrap(), group_id=group, auto_offset_reset="earliest",
            enable_auto_commit=False, consumer_timeout_ms=15000)
        found = []
        for message in reader:
            found.append(message.value)
            if len(found) == 1000:
                break
        self.assertEqual({codec: found.count(codec.encode()) for codec in support.CODECS},
                         {codec: 200 for codec in support.CODECS})
        reader.commit()
        places = [kafka.TopicPartition(topic, number) for number in range(3)]
        ends = reader.end_offsets(places)
        self.assertEqual(sum(ends.values()), 1000)
        self.assertEqual({place: reader.committed(place) for place in places}, ends)
        self.assertEqual(reader.offsets_for_times({places[0]: 0})[places[0]].offset, 0)
        reader.seek(places[0], 1)
        self.assertEqual(next(reader).offset, 1)
        reader.close()
        client.delete_topics([topic])
        self.assertNotIn(topic, client.list_topics())
        client.close()


class AIOKafka(unittest.IsolatedAsyncioTestCase):
    async def test_it_produces_consumes_and_uses_transactions(self):
        topic, group = support.unique("aio"), support.unique("group")
        client = aiokafka.admin.AIOKafkaAdminClient(bootstrap_servers=support.bootstrap())
        await client.start()
        await client.create_topics([aiokafka.admin.NewTopic(topic, 2, 1)])
        for codec in support.CODECS:
            writer = aiokafka.AIOKafkaProducer(
                bootstrap_servers=support.bootstrap(), compression_type=None if codec == "none" else codec,
                enable_idempotence=True, acks="all")
            await writer.start()
            await asyncio.gather(*[
                await writer.send(topic, codec.encode(), key=b"%d" % number) for number in range(50)])
            await writer.stop()
        writer = aiokafka.AIOKafkaProducer(
            bootstrap_servers=support.bootstrap(), transactional_id=support.unique("transaction"))
        await writer.start()
        async with writer.transaction():
            await writer.send_and_wait(topic, b"committed")
        await writer.begin_transaction()
        await writer.send_and_wait(topic, b"aborted")
        await writer.abort_transaction()
        await writer.stop()
        reader = aiokafka.AIOKafkaConsumer(
            topic, bootstrap_servers=support.bootstrap(), group_id=group, auto_offset_reset="earliest",
            isolation_level="read_committed", enable_auto_commit=False)
        await reader.start()
        found = [(await asyncio.wait_for(reader.getone(), 15)).value for _ in range(251)]
        self.assertEqual(found.count(b"committed"), 1)
        self.assertNotIn(b"aborted", found)
        await reader.commit()
        self.assertGreater(sum([await reader.committed(place) for place in reader.assignment()]), 250)
        await reader.stop()
        await client.close()


class Kcat(unittest.TestCase):
    def kcat(self, *arguments, stdin=None):
        return subprocess.run(
            ["kcat", "-b", support.bootstrap(), *arguments], input=stdin, capture_output=True, text=True, timeout=60,
            check=True).stdout

    def test_it_produces_consumes_and_lists(self):
        topic = support.unique("kcat")
        for codec in support.CODECS:
            lines = "".join(f"{codec}{number}:{codec} {number} {'x' * 50}\n" for number in range(100))
            self.kcat("-P", "-t", topic, "-K", ":", "-z", codec, stdin=lines)
        found = self.kcat("-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%k\n").split()
        self.assertEqual(sorted(found),
                         sorted(f"{codec}{number}" for codec in support.CODECS for number in range(100)))
        self.assertIn(f'topic "{topic}" with 4 partitions', self.kcat("-L", "-t", topic))
        self.assertIn("offset 0", self.kcat("-Q", "-t", f"{topic}:0:0"))


class Java(unittest.TestCase):
    def test_it_produces_consumes_shares_groups_and_administers(self):
        program = pathlib.Path(__file__).with_name("KafkaClientCheck.java")
        done = subprocess.run(
            ["java", "-cp", f"{support.JARS}/*", str(program), support.bootstrap(), support.unique("java")],
            capture_output=True, text=True, timeout=180)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
        self.assertIn("everything passed", done.stdout)


if __name__ == "__main__":
    unittest.main()
