import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.errors.*;
import org.apache.kafka.common.serialization.*;

/** Uses Kafka's Java client over SASL_SSL: KafkaSecurityCheck BOOTSTRAP MECHANISM AUTHORITIES USER PASSWORD. */
public class KafkaSecurityCheck {
  static String[] given;

  static Map<String, Object> settings(String password, Object... options) {
    Map<String, Object> settings = new HashMap<>();
    String module = given[1].equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
    settings.put("bootstrap.servers", given[0]);
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", given[1]);
    settings.put("sasl.jaas.config", "org.apache.kafka.common.security." + module + " required username=\"" + given[3]
        + "\" password=\"" + password + "\";");
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", given[2]);
    for (int index = 0; index < options.length; index += 2) settings.put((String) options[index], options[index + 1]);
    return settings;
  }

  static KafkaProducer<String, String> producer(Object... options) {
    return new KafkaProducer<>(settings(given[4], options), new StringSerializer(), new StringSerializer());
  }

  static KafkaConsumer<String, String> consumer(String group) {
    return new KafkaConsumer<>(settings(given[4], "group.id", group, "auto.offset.reset", "earliest"),
        new StringDeserializer(), new StringDeserializer());
  }

  interface Action {
    void run() throws Exception;
  }

  static void fails(Class<? extends Exception> expected, Action action) throws Exception {
    try {
      action.run();
    } catch (ExecutionException error) {
      if (expected.isInstance(error.getCause())) return;
      throw error;
    } catch (Exception error) {
      if (expected.isInstance(error) || expected.isInstance(error.getCause())) return;
      throw error;
    }
    throw new AssertionError("there was no " + expected.getSimpleName());
  }

  public static void main(String[] arguments) throws Exception {
    given = arguments;
    try (KafkaProducer<String, String> writer = producer()) {
      writer.send(new ProducerRecord<>("allowed", "java")).get();
      fails(TopicAuthorizationException.class, () -> writer.send(new ProducerRecord<>("denied", "java")).get());
    }
    try (KafkaConsumer<String, String> reader = consumer("allowed-java" + given[1])) {
      reader.subscribe(List.of("allowed"));
      int count = 0;
      long deadline = System.nanoTime() + 30_000_000_000L;
      while (count == 0 && System.nanoTime() < deadline) count += reader.poll(Duration.ofMillis(200)).count();
      if (count == 0) throw new AssertionError("nothing was read");
    }
    try (KafkaConsumer<String, String> reader = consumer("denied-java")) {
      reader.subscribe(List.of("allowed"));
      fails(GroupAuthorizationException.class, () -> {
        for (int times = 0; times < 100; times++) reader.poll(Duration.ofMillis(200));
      });
    }
    try (KafkaProducer<String, String> writer = producer("transactional.id", "allowed-java" + given[1])) {
      writer.initTransactions();
      writer.beginTransaction();
      writer.send(new ProducerRecord<>("allowed", "java, in a transaction"));
      writer.commitTransaction();
    }
    try (KafkaProducer<String, String> writer = producer("transactional.id", "denied-java")) {
      fails(TransactionalIdAuthorizationException.class, writer::initTransactions);
    }
    try (Admin admin = Admin.create(settings(given[4]))) {
      fails(TopicAuthorizationException.class,
          () -> admin.createTopics(List.of(new NewTopic("made", 1, (short) 1))).all().get());
      if (!admin.listTopics().names().get().equals(Set.of("allowed"))) throw new AssertionError("other topics are seen");
    }
    try (Admin admin = Admin.create(settings("wrong"))) {
      fails(SaslAuthenticationException.class, () -> admin.listTopics().names().get());
    }
    System.out.println("everything passed");
  }
}
