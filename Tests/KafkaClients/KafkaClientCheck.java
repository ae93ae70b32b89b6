import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

/** Uses Kafka's Java client against a broker: KafkaClientCheck BOOTSTRAP NAME. */
public class KafkaClientCheck {
  static String bootstrap;

  static void check(boolean condition, String what) {
    if (!condition) throw new AssertionError(what);
  }

  static KafkaProducer<String, String> producer(Object... options) {
    Map<String, Object> settings = settings(options);
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  static KafkaConsumer<String, String> consumer(String group, Object... options) {
    Map<String, Object> settings = settings(options);
    settings.put("group.id", group);
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "false");
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
  }

  static Map<String, Object> settings(Object... options) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("bootstrap.servers", bootstrap);
    for (int index = 0; index < options.length; index += 2) settings.put((String) options[index], options[index + 1]);
    return settings;
  }

  static List<ConsumerRecord<String, String>> take(KafkaConsumer<String, String> reader, int count) {
    List<ConsumerRecord<String, String>> found = new ArrayList<>();
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (found.size() < count && System.nanoTime() < deadline) {
      for (ConsumerRecord<String, String> record : reader.poll(Duration.ofMillis(200))) found.add(record);
    }
    check(found.size() == count, "read " + found.size() + " records, not " + count);
    return found;
  }

  static void codecs(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1))).all().get();
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      try (KafkaProducer<String, String> writer = producer("compression.type", codec, "linger.ms", 5)) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int number = 0; number < 300; number++) {
          sent.add(writer.send(new ProducerRecord<>(topic, "" + number, codec + " " + number + " value value value")));
        }
        for (Future<RecordMetadata> one : sent) one.get(20, TimeUnit.SECONDS);
      }
    }
    try (KafkaConsumer<String, String> reader = consumer(topic + "-codecs")) {
      reader.subscribe(List.of(topic));
      Map<String, Integer> counts = new TreeMap<>();
      for (ConsumerRecord<String, String> record : take(reader, 1500)) {
        counts.merge(record.value().split(" ")[0], 1, Integer::sum);
      }
      check(counts.values().stream().allMatch(count -> count == 300), "codecs: " + counts);
      reader.commitSync();
      Map<TopicPartition, Long> ends = reader.endOffsets(reader.assignment());
      for (Map.Entry<TopicPartition, OffsetAndMetadata> one : reader.committed(reader.assignment()).entrySet()) {
        check(one.getValue().offset() == ends.get(one.getKey()), "committed " + one);
      }
      TopicPartition first = new TopicPartition(topic, 0);
      check(reader.offsetsForTimes(Map.of(first, 0L)).get(first).offset() == 0, "offset by time");
    }
  }

  static void transactions(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    String name = topic + "-transaction";
    KafkaProducer<String, String> first = producer("transactional.id", name);
    first.initTransactions();
    for (String word : List.of("kept", "dropped", "also kept")) {
      first.beginTransaction();
      for (int number = 0; number < 10; number++) first.send(new ProducerRecord<>(topic, 0, null, word));
      if (word.equals("dropped")) first.abortTransaction();
      else first.commitTransaction();
    }
    try (KafkaConsumer<String, String> reader = consumer(topic + "-reader", "isolation.level", "read_committed")) {
      reader.subscribe(List.of(topic));
      for (ConsumerRecord<String, String> record : take(reader, 20)) {
        check(!record.value().equals("dropped"), "an aborted record was read");
      }
      first.beginTransaction();
      first.sendOffsetsToTransaction(
          Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(5, "with the transaction")),
          reader.groupMetadata());
      first.commitTransaction();
      OffsetAndMetadata found =
          reader.committed(Set.of(new TopicPartition(topic, 0))).get(new TopicPartition(topic, 0));
      check(found.offset() == 5 && found.metadata().equals("with the transaction"), "offsets: " + found);
    }
    try (KafkaProducer<String, String> second = producer("transactional.id", name)) {
      second.initTransactions();
      try {
        first.beginTransaction();
        first.send(new ProducerRecord<>(topic, 0, null, "too late")).get();
        first.commitTransaction();
        check(false, "a fenced producer went on");
      } catch (ExecutionException | KafkaException expected) {
        // Fenced, as it must be.
      }
    }
    first.close(Duration.ZERO);
  }

  static void groups(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1))).all().get();
    String assignor = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
    KafkaConsumer<String, String> one = consumer(topic, "partition.assignment.strategy", assignor);
    KafkaConsumer<String, String> two =
        consumer(topic, "partition.assignment.strategy", assignor, "group.instance.id", "two");
    one.subscribe(List.of(topic));
    two.subscribe(List.of(topic));
    long deadline = System.nanoTime() + 40_000_000_000L;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    while (one.assignment().size() != 2 || two.assignment().size() != 2) {
      check(System.nanoTime() < deadline, "shared as " + one.assignment() + " and " + two.assignment());
      Future<?> polling = threads.submit(() -> one.poll(Duration.ofMillis(100)));
      two.poll(Duration.ofMillis(100));
      polling.get();
    }
    check(Collections.disjoint(one.assignment(), two.assignment()), "a partition has two owners");
    ConsumerGroupDescription described = admin.describeConsumerGroups(List.of(topic)).all().get().get(topic);
    check(described.members().size() == 2, "members: " + described);
    one.close();
    while (two.assignment().size() != 4) {
      check(System.nanoTime() < deadline, "the one that is left has " + two.assignment());
      two.poll(Duration.ofMillis(100));
    }
    two.close();
    threads.shutdown();
  }

  static void administration(Admin admin, String topic) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(Map.of("retention.ms", "100000")))).all().get();
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    admin.incrementalAlterConfigs(
        Map.of(resource, List.of(new AlterConfigOp(new ConfigEntry("segment.bytes", "1048576"), AlterConfigOp.OpType.SET))))
        .all().get();
    Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
    check(config.get("segment.bytes").value().equals("1048576"), "segment.bytes: " + config.get("segment.bytes"));
    admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
    check(admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size() == 3, "partitions");
    try (KafkaProducer<String, String> writer = producer()) {
      for (int number = 0; number < 10; number++) writer.send(new ProducerRecord<>(topic, 0, null, "x")).get();
    }
    TopicPartition place = new TopicPartition(topic, 0);
    check(admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(4))).lowWatermarks().get(place).get()
        .lowWatermark() == 4, "low watermark");
    check(admin.listOffsets(Map.of(place, OffsetSpec.earliest())).all().get().get(place).offset() == 4, "earliest");
    check(admin.describeCluster().clusterId().get().length() == 22, "cluster id");
    admin.deleteTopics(List.of(topic)).all().get();
    check(!admin.listTopics().names().get().contains(topic), "the topic is still there");
  }

  public static void main(String[] arguments) throws Exception {
    bootstrap = arguments[0];
    String name = arguments[1];
    try (Admin admin = Admin.create(settings())) {
      codecs(admin, name + "-codecs");
      transactions(admin, name + "-transactions");
      groups(admin, name + "-groups");
      administration(admin, name + "-administration");
    }
    System.out.println("everything passed");
  }
}
