"""A Kafka client for tests that run without one: started with the Python that XOPIX_CLIENTS_PYTHON names.

kafka_tool.py produce BROKER TOPIC             values from standard input, a line each; prints the error of each that failed
kafka_tool.py consume BROKER TOPIC…            everything that is committed, a line of JSON a record
kafka_tool.py partitions BROKER TOPIC COUNT    gives a topic more partitions; prints the error
"""

import json
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions


def produce(broker, topic):
    errors = []
    producer = Producer({"bootstrap.servers": broker, "message.timeout.ms": 60000})
    for line in sys.stdin:
        producer.produce(topic, line.rstrip("\n"), on_delivery=lambda error, _: errors.append(error))
    producer.flush(60)
    for error in errors:
        if error is not None:
            print(error.name(), flush=True)


def consume(broker, topics):
    consumer = Consumer({
        "bootstrap.servers": broker, "group.id": "test", "enable.auto.commit": False,
        "isolation.level": "read_committed", "enable.partition.eof": True, "auto.offset.reset": "earliest",
        "allow.auto.create.topics": False})
    known = consumer.list_topics(timeout=60).topics
    places = [
        TopicPartition(topic, number, 0) for topic in topics if topic in known for number in known[topic].partitions]
    left = {(place.topic, place.partition) for place in places}
    consumer.assign(places)
    while left:
        message = consumer.poll(60)
        if message is None:
            sys.exit(f"no answer about {sorted(left)}")
        if message.error():
            if message.error().name() != "_PARTITION_EOF":
                sys.exit(str(message.error()))
            left.discard((message.topic(), message.partition()))
            continue
        print(json.dumps({
            "topic": message.topic(), "partition": message.partition(), "offset": message.offset(),
            "value": (message.value() or b"").decode("utf-8", "replace"),
            "headers": {name: value.decode("utf-8", "replace") for name, value in message.headers() or []}}))
    consumer.close()


def partitions(broker, topic, count):
    admin = AdminClient({"bootstrap.servers": broker})
    for future in admin.create_partitions([NewPartitions(topic, int(count))]).values():
        try:
            future.result(60)
        except KafkaException as failure:
            print(failure.args[0].name())


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command == "consume":
        consume(rest[0], rest[1:])
    else:
        {"produce": produce, "partitions": partitions}[command](*rest)
