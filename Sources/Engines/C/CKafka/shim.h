#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// Swift can't call functions with variable arguments: this one names those that are passed.
//
// The key and the value are copied. The headers belong to the library once this succeeds, and to the caller where it fails.
static inline rd_kafka_resp_err_t ckafka_produce(
    rd_kafka_t *client, const char *topic, const void *key, size_t key_size, void *value, size_t value_size,
    rd_kafka_headers_t *headers, int64_t timestamp, void *opaque) {
  return rd_kafka_producev(
      client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
      RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_TIMESTAMP(timestamp), RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}
