// Load for the comparison of brokers: on Kafka's protocol through librdkafka and through a bare socket, on Redis Streams,
// and on a plain file, which is the floor. One subcommand a run; a run prints one line of names and numbers.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  BATCH = 1000,         // messages of one batch, for every broker
  PAYLOADS = 4096,      // different messages, so that compression has something to do
  REDIS_CONNECTIONS = 20,
  BATCHES_IN_FLIGHT = 2 // of each of them; librdkafka has its own way
};

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static int ascending(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;
  return (difference > 0) - (difference < 0);
}

static void print_latency(double *seconds, long count) {
  qsort(seconds, count, sizeof(double), ascending);
  printf("p50 %.1f p99 %.1f\n", seconds[count / 2] * 1e6, seconds[count * 99 / 100] * 1e6);
}

// MARK: Messages

// An order as a shop's service would publish it, cut or filled to the size.
static void fill(char *message, size_t size, unsigned number) {
  static const char *words[] = {"kettle", "mouse", "lamp", "chair", "phone", "cable", "shirt", "desk"};
  unsigned seed = number * 2654435761u + 1;
  size_t used = 0;
  while (used < size) {
    char part[160];
    seed = seed * 1664525u + 1013904223u;
    int length = snprintf(part, sizeof part,
                          "{\"order_id\":\"O-%08x\",\"product\":\"%s\",\"quantity\":%u,\"unit_price\":\"%u.%02u\"},", seed,
                          words[seed >> 29], (seed >> 8) % 9 + 1, (seed >> 12) % 500, (seed >> 16) % 100);
    size_t part_size = used + length > size ? size - used : (size_t)length;
    memcpy(message + used, part, part_size);
    used += part_size;
  }
}

static char *make_payloads(size_t size) {
  char *payloads = malloc(size * PAYLOADS);
  for (unsigned number = 0; number < PAYLOADS; number++) fill(payloads + size * number, size, number);
  return payloads;
}

// MARK: Kafka, through librdkafka

static long delivered;
static long failed;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client, (void)opaque;
  delivered++;
  if (message->err) failed++;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char error[256];
  if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) fail("%s", error);
}

static rd_kafka_t *make_client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char error[256];
  rd_kafka_t *client = rd_kafka_new(type, conf, error, sizeof error);
  if (!client) fail("%s", error);
  return client;
}

static rd_kafka_t *make_producer(const char *bootstrap, const char *linger) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap);
  set(conf, "linger.ms", linger);
  set(conf, "batch.num.messages", "1000");
  set(conf, "batch.size", "1200000");
  set(conf, "message.max.bytes", "1200000");
  set(conf, "queue.buffering.max.messages", "100000");
  set(conf, "socket.nagle.disable", "true");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  return make_client(RD_KAFKA_PRODUCER, conf);
}

static rd_kafka_topic_t *open_topic(rd_kafka_t *client, const char *name, const char *acks, const char *codec) {
  rd_kafka_topic_conf_t *conf = rd_kafka_topic_conf_new();
  char error[256];
  if (rd_kafka_topic_conf_set(conf, "request.required.acks", acks, error, sizeof error) ||
      rd_kafka_topic_conf_set(conf, "compression.codec", codec, error, sizeof error))
    fail("%s", error);
  return rd_kafka_topic_new(client, name, conf);
}

static void send_one(rd_kafka_t *client, rd_kafka_topic_t *topic, char *message, size_t size) {
  while (rd_kafka_produce(topic, 0, 0, message, size, NULL, 0, NULL)) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      fail("produce: %s", rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(client, 10);
  }
}

static void await(rd_kafka_t *client, long count) {
  double deadline = now() + 120;
  while (delivered < count) {
    rd_kafka_poll(client, 100);
    if (now() > deadline) fail("no answer after two minutes");
  }
  if (failed) fail("%ld messages were refused", failed);
}

static void produce(char **a) { // BOOTSTRAP TOPIC SIZE COUNT ACKS CODEC
  size_t size = atol(a[2]);
  long count = atol(a[3]);
  char *payloads = make_payloads(size);
  rd_kafka_t *client = make_producer(a[0], "5");
  rd_kafka_topic_t *topic = open_topic(client, a[1], a[4], a[5]);
  // The connection and the topic are there, and the first batches written, before the clock starts.
  long warm = BATCH * 20;
  for (long number = 0; number < warm; number++) send_one(client, topic, payloads + size * (number % PAYLOADS), size);
  await(client, warm);
  double start = now();
  for (long number = 0; number < count; number++) {
    send_one(client, topic, payloads + size * (number % PAYLOADS), size);
    if (number % BATCH == 0) rd_kafka_poll(client, 0);
  }
  await(client, warm + count);
  printf("rate %.0f\n", count / (now() - start));
}

static void consume(char **a) { // BOOTSTRAP TOPIC COUNT
  long count = atol(a[2]);
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", a[0]);
  set(conf, "queued.min.messages", "1000000");
  set(conf, "queued.max.messages.kbytes", "65536");
  rd_kafka_t *client = make_client(RD_KAFKA_CONSUMER, conf);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, a[1], NULL);
  const struct rd_kafka_metadata *metadata;
  if (rd_kafka_metadata(client, 0, topic, &metadata, 10000)) fail("no metadata of %s", a[1]);
  rd_kafka_message_t **messages = malloc(sizeof(*messages) * BATCH);
  double start = now(), last = start;
  if (rd_kafka_consume_start(topic, 0, 0)) fail("consume: %s", rd_kafka_err2str(rd_kafka_last_error()));
  long read = 0;
  while (read < count) {
    ssize_t got = rd_kafka_consume_batch(topic, 0, 1000, messages, BATCH);
    for (ssize_t number = 0; number < got; number++) {
      if (messages[number]->err) fail("consume: %s", rd_kafka_message_errstr(messages[number]));
      rd_kafka_message_destroy(messages[number]);
    }
    read += got > 0 ? got : 0;
    if (got > 0) last = now();
    if (now() - last > 20) fail("no more messages after %ld", read);
  }
  printf("rate %.0f\n", read / (now() - start));
}

static void latency(char **a) { // BOOTSTRAP TOPIC SIZE COUNT ACKS
  size_t size = atol(a[2]);
  long count = atol(a[3]), warm = 300;
  char *payloads = make_payloads(size);
  double *seconds = malloc(sizeof(double) * count);
  rd_kafka_t *client = make_producer(a[0], "0");
  rd_kafka_topic_t *topic = open_topic(client, a[1], a[4], "none");
  for (long number = -warm; number < count; number++) {
    double start = now();
    send_one(client, topic, payloads + size * ((number + warm) % PAYLOADS), size);
    await(client, number + warm + 1);
    if (number >= 0) seconds[number] = now() - start;
  }
  print_latency(seconds, count);
}

static void mock(char **a) { // until standard input ends
  (void)a;
  rd_kafka_t *client = make_client(RD_KAFKA_PRODUCER, rd_kafka_conf_new());
  rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(client, 1);
  printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {}
  rd_kafka_mock_cluster_destroy(cluster);
}

// MARK: Sockets

static int dial(const char *host, const char *port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  inet_pton(AF_INET, host, &address.sin_addr);
  if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("connect to %s:%s: %s", host, port, strerror(errno));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static void write_all(int fd, const void *bytes, size_t count) {
  const char *rest = bytes;
  while (count > 0) {
    ssize_t written = write(fd, rest, count);
    if (written < 0) fail("write: %s", strerror(errno));
    rest += written, count -= written;
  }
}

static void read_all(int fd, void *bytes, size_t count) {
  char *rest = bytes;
  while (count > 0) {
    ssize_t got = read(fd, rest, count);
    if (got <= 0) fail("the connection was closed");
    rest += got, count -= got;
  }
}

// MARK: Kafka, through a bare socket

typedef struct {
  uint8_t *bytes;
  size_t count;
} Buffer;

static void put(Buffer *buffer, int width, int64_t value) {
  while (width-- > 0) buffer->bytes[buffer->count++] = value >> (8 * width);
}

static void put_bytes(Buffer *buffer, const void *bytes, size_t count) {
  memcpy(buffer->bytes + buffer->count, bytes, count);
  buffer->count += count;
}

static void put_varint(Buffer *buffer, int64_t value) {
  uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
  for (; rest >= 0x80; rest >>= 7) buffer->bytes[buffer->count++] = rest | 0x80;
  buffer->bytes[buffer->count++] = rest;
}

static uint32_t crc32c(const uint8_t *bytes, size_t count) {
  uint32_t crc = ~0u;
  while (count-- > 0) {
    crc ^= *bytes++;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0x82F63B78u & (0u - (crc & 1)));
  }
  return ~crc;
}

// A Produce request, version 3, of one record.
static Buffer make_request(const char *topic, const char *message, size_t size, int acks) {
  uint8_t *room = malloc(size + 1024);
  Buffer record = {malloc(size + 64), 0};
  put(&record, 1, 0);
  put_varint(&record, 0);
  put_varint(&record, 0);
  put_varint(&record, -1);
  put_varint(&record, size);
  put_bytes(&record, message, size);
  put_varint(&record, 0);
  Buffer covered = {malloc(size + 256), 0}; // what the checksum covers
  put(&covered, 2, 0), put(&covered, 4, 0), put(&covered, 8, 1764000000000), put(&covered, 8, 1764000000000);
  put(&covered, 8, -1), put(&covered, 2, -1), put(&covered, 4, -1), put(&covered, 4, 1);
  put_varint(&covered, record.count);
  put_bytes(&covered, record.bytes, record.count);
  Buffer request = {room, 0};
  put(&request, 4, 0), put(&request, 2, 0), put(&request, 2, 3), put(&request, 4, 7), put(&request, 2, -1);
  put(&request, 2, -1), put(&request, 2, acks), put(&request, 4, 10000), put(&request, 4, 1);
  put(&request, 2, strlen(topic)), put_bytes(&request, topic, strlen(topic));
  put(&request, 4, 1), put(&request, 4, 0), put(&request, 4, covered.count + 21);
  put(&request, 8, 0), put(&request, 4, covered.count + 9), put(&request, 4, -1), put(&request, 1, 2);
  put(&request, 4, crc32c(covered.bytes, covered.count));
  put_bytes(&request, covered.bytes, covered.count);
  size_t total = request.count;
  request.count = 0;
  put(&request, 4, total - 4);
  request.count = total;
  return request;
}

static void bare(char **a) { // HOST PORT TOPIC SIZE COUNT ACKS
  size_t size = atol(a[3]);
  long count = atol(a[4]), warm = 300;
  Buffer request = make_request(a[2], make_payloads(size), size, atoi(a[5]));
  double *seconds = malloc(sizeof(double) * count);
  int fd = dial(a[0], a[1]);
  for (long number = -warm; number < count; number++) {
    double start = now();
    write_all(fd, request.bytes, request.count);
    uint32_t length;
    uint8_t answer[1024];
    read_all(fd, &length, 4);
    length = ntohl(length);
    if (length > sizeof answer) fail("an answer of %u bytes", length);
    read_all(fd, answer, length);
    if (number >= 0) seconds[number] = now() - start;
    size_t error = 4 + 4 + 2 + strlen(a[2]) + 4 + 4; // correlation, topics, the name, partitions, the number
    if (answer[error] | answer[error + 1]) fail("refused with error %d", answer[error] << 8 | answer[error + 1]);
  }
  print_latency(seconds, count);
}

// MARK: Redis Streams

typedef struct {
  char **arguments;
  int fd;
  long messages;
  sem_t window;
} RedisProducer;

// Reads the ids that XADD answers, two lines each, and gives the sender room again.
static void *read_ids(void *argument) {
  RedisProducer *producer = argument;
  char bytes[1 << 14];
  long lines = 0;
  while (lines < producer->messages * 2) {
    ssize_t got = read(producer->fd, bytes, sizeof bytes);
    if (got <= 0) fail("the connection was closed");
    for (ssize_t place = 0; place < got; place++) {
      if (bytes[place] == '-' && lines % 2 == 0 && (place == 0 || bytes[place - 1] == '\n')) fail("XADD was refused");
      if (bytes[place] == '\n' && ++lines % (2 * BATCH) == 0) sem_post(&producer->window);
    }
  }
  return NULL;
}

static size_t put_xadd(char *room, const char *stream, const char *message, size_t size) {
  size_t used = sprintf(room, "*5\r\n$4\r\nXADD\r\n$%zu\r\n%s\r\n$1\r\n*\r\n$1\r\nv\r\n$%zu\r\n", strlen(stream), stream, size);
  memcpy(room + used, message, size);
  memcpy(room + used + size, "\r\n", 2);
  return used + size + 2;
}

static void *produce_to_redis(void *argument) {
  RedisProducer *producer = argument;
  size_t size = atol(producer->arguments[3]);
  char *payloads = make_payloads(size), *room = malloc((size + 200) * BATCH);
  pthread_t reader;
  sem_init(&producer->window, 0, BATCHES_IN_FLIGHT);
  pthread_create(&reader, NULL, read_ids, producer);
  for (long number = 0; number < producer->messages; number += BATCH) {
    size_t used = 0;
    for (long inner = number; inner < number + BATCH; inner++)
      used += put_xadd(room + used, producer->arguments[2], payloads + size * (inner % PAYLOADS), size);
    sem_wait(&producer->window);
    write_all(producer->fd, room, used);
  }
  pthread_join(reader, NULL);
  return NULL;
}

// Redis takes 16 KB of a connection before it turns to the next one, and syncs once for what it took of all of them: it
// needs many connections to share a sync.
static void redis_produce(char **a) { // HOST PORT STREAM SIZE COUNT
  long each = atol(a[4]) / REDIS_CONNECTIONS / BATCH * BATCH;
  RedisProducer producers[REDIS_CONNECTIONS];
  pthread_t threads[REDIS_CONNECTIONS];
  double start = now();
  for (int number = 0; number < REDIS_CONNECTIONS; number++) {
    producers[number] = (RedisProducer){.arguments = a, .fd = dial(a[0], a[1]), .messages = each};
    pthread_create(&threads[number], NULL, produce_to_redis, &producers[number]);
  }
  for (int number = 0; number < REDIS_CONNECTIONS; number++) pthread_join(threads[number], NULL);
  printf("rate %.0f\n", each * REDIS_CONNECTIONS / (now() - start));
}

static void redis_latency(char **a) { // HOST PORT STREAM SIZE COUNT
  size_t size = atol(a[3]);
  long count = atol(a[4]), warm = 300;
  char *payloads = make_payloads(size), *room = malloc(size + 200);
  double *seconds = malloc(sizeof(double) * count);
  int fd = dial(a[0], a[1]);
  for (long number = -warm; number < count; number++) {
    size_t used = put_xadd(room, a[2], payloads + size * ((number + warm) % PAYLOADS), size);
    double start = now();
    write_all(fd, room, used);
    char answer[256];
    int lines = 0;
    while (lines < 2) {
      ssize_t got = read(fd, answer, sizeof answer);
      if (got <= 0 || answer[0] == '-') fail("XADD was refused");
      for (ssize_t place = 0; place < got; place++) lines += answer[place] == '\n';
    }
    if (number >= 0) seconds[number] = now() - start;
  }
  print_latency(seconds, count);
}

static void redis_consume(char **a) { // HOST PORT STREAM COUNT
  long count = atol(a[3]), read_messages = 0;
  FILE *stream = fdopen(dial(a[0], a[1]), "r+");
  int fd = fileno(stream);
  setvbuf(stream, NULL, _IOFBF, 1 << 20);
  char last[64] = "0-0", line[128];
  char *value = malloc(1 << 20);
  double start = now();
  while (read_messages < count) {
    char request[256];
    char from[80];
    int from_size = sprintf(from, "(%s", last);
    int used = sprintf(request, "*6\r\n$6\r\nXRANGE\r\n$%zu\r\n%s\r\n$%d\r\n%s\r\n$1\r\n+\r\n$5\r\nCOUNT\r\n$4\r\n%d\r\n",
                       strlen(a[2]), a[2], from_size, from, BATCH);
    write_all(fd, request, used);
    if (!fgets(line, sizeof line, stream) || line[0] != '*') fail("XRANGE was refused");
    long messages = atol(line + 1);
    if (messages == 0) fail("no more messages after %ld", read_messages);
    for (long number = 0; number < messages; number++) {
      // *2, $n, the id, *2, $1, the field, $n, the value.
      for (int skipped = 0; skipped < 7; skipped++) {
        if (!fgets(line, sizeof line, stream)) fail("the connection was closed");
        if (skipped == 2) sscanf(line, "%63[0-9-]", last);
      }
      size_t size = atol(line + 1) + 2;
      if (fread(value, 1, size, stream) != size) fail("the connection was closed");
    }
    read_messages += messages;
  }
  printf("rate %.0f\n", read_messages / (now() - start));
}

// MARK: The floor

static void plain_file(char **a) { // FILE BYTES COUNT: appends and syncs so many bytes so many times
  size_t size = atol(a[1]);
  long count = atol(a[2]);
  char *bytes = malloc(size);
  fill(bytes, size, 1);
  double *seconds = malloc(sizeof(double) * count);
  int fd = open(a[0], O_WRONLY | O_CREAT | O_APPEND | O_TRUNC, 0644);
  if (fd < 0) fail("open %s: %s", a[0], strerror(errno));
  double start = now();
  for (long number = 0; number < count; number++) {
    double before = now();
    write_all(fd, bytes, size);
    if (fdatasync(fd)) fail("fdatasync: %s", strerror(errno));
    seconds[number] = now() - before;
  }
  printf("rate %.1f ", count / (now() - start));
  print_latency(seconds, count);
  unlink(a[0]);
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    int arguments;
    void (*run)(char **);
  } commands[] = {{"produce", 6, produce},           {"consume", 3, consume},
                  {"latency", 5, latency},           {"bare", 6, bare},
                  {"mock", 0, mock},                 {"redis-produce", 5, redis_produce},
                  {"redis-consume", 4, redis_consume}, {"redis-latency", 5, redis_latency},
                  {"file", 3, plain_file}};
  for (size_t number = 0; number < sizeof commands / sizeof *commands; number++) {
    if (count != commands[number].arguments + 2 || strcmp(arguments[1], commands[number].name)) continue;
    commands[number].run(arguments + 2);
    return 0;
  }
  fail("usage: load COMMAND ARGUMENTS...; see the comment beside each command in load.c");
}
