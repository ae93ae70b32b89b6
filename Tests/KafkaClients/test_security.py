"""TLS, SASL and roles, with real clients and by hand."""

import asyncio
import contextlib
import functools
import os
import pathlib
import random
import re
import signal
import socket
import ssl
import struct
import subprocess
import unittest

import aiokafka
import aiokafka.errors
import aiokafka.helpers
import confluent_kafka
import confluent_kafka.admin
import kafka
import kafka.admin
import kafka.errors

import support
import wire
import xopix
from authority import Authority, temporary_directory

MECHANISMS = ["SCRAM-SHA-256", "PLAIN"]
SASL_HANDSHAKE, SASL_AUTHENTICATE = 17, 36
ILLEGAL_STATE, UNSUPPORTED_MECHANISM, AUTHENTICATION_FAILED = 34, 33, 58

# Passwords that logs and answers are searched for.
PASSWORDS = {"boss": "the boss's pencil", "orders": "orders-pencil", "ali": "ali-pencil", "fay": "fay-pencil"}

ACCESS = """
users_file: users.yaml
roles:
  - name: order-writer
    topics: [{name: allowed, allow: [read, write]}]
    groups: [{prefix: allowed-, allow: [read]}]
    transactions: [{prefix: allowed-, allow: [write]}]
users:
  - {name: boss, roles: [admin], password_env: BOSS_PASSWORD}
  - {name: ali, roles: [analyst], password_file: ali.txt}
  - {name: fay, roles: [fraud], password: fay-pencil}
  - {name: certified, roles: [order-writer]}
"""


class Installation:
    """A server with TLS, users and roles."""

    def __init__(self, *options, tls=True, access=ACCESS, host="127.0.0.1"):
        self.directory = temporary_directory()
        (self.directory / "access.yaml").write_text(access)
        (self.directory / "ali.txt").write_text("ali-pencil\n")
        os.environ["BOSS_PASSWORD"] = PASSWORDS["boss"]
        xopix.run("users", "add", "orders", "--role", "order-writer", "--file", self.directory / "users.yaml",
                  stdin="orders-pencil\n")
        self.authority = Authority()
        self.options = ["--auth", self.directory / "access.yaml", *options]
        if tls:
            self.certificate, self.key = self.authority.sign("server", "localhost")
            self.options += ["--tls-certificate", self.certificate, "--tls-key", self.key]
        self.server = xopix.Server(*self.options)
        if host != "127.0.0.1":
            self.server.options += ["--kafka", f"{host}:{self.server.kafka_port}"]
        self.server.start()

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.server.kafka_port}"

    @property
    def authorities(self):
        return str(self.authority.certificate)

    def librdkafka(self, user, mechanism, password=None, **options):
        return {"bootstrap.servers": self.bootstrap, "security.protocol": "SASL_SSL", "sasl.mechanism": mechanism,
                "sasl.username": user, "sasl.password": password or PASSWORDS[user],
                "ssl.ca.location": self.authorities, **{name.replace("_", "."): value for name, value in options.items()}}

    def python(self, user, mechanism, password=None):
        return {"bootstrap_servers": self.bootstrap, "security_protocol": "SASL_SSL", "sasl_mechanism": mechanism,
                "sasl_plain_username": user, "sasl_plain_password": password or PASSWORDS[user]}

    def connect(self, **options):
        """A connection over TLS that sends what it is told to."""
        connection = wire.Connection(self.server.kafka_port)
        connection.socket = self.tls(**options).wrap_socket(connection.socket, server_hostname="localhost")
        return connection

    def tls(self, authority=None, certificate=None, highest=None, lowest=None):
        context = ssl.create_default_context(cafile=authority or self.authorities)
        if certificate:
            context.load_cert_chain(*certificate)
        if highest:
            context.minimum_version, context.maximum_version = lowest, highest
        return context

    def metric(self, name, **labels):
        """The value of a counter."""
        for line in self.server.get("/metrics").body.decode().splitlines():
            found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if found and found[1] == name and dict(re.findall(r'(\w+)="([^"]*)"', found[2] or "")) == labels:
                return float(found[3])
        return 0


@functools.cache
def shared():
    """The installation that most tests share."""
    installation = Installation()
    unittest.addModuleCleanup(installation.server.close)
    boss = confluent_kafka.admin.AdminClient(installation.librdkafka("boss", "SCRAM-SHA-256"))
    topics = [confluent_kafka.admin.NewTopic(name, 1, 1) for name in ["allowed", "denied"]]
    for made in boss.create_topics(topics).values():
        made.result(20)
    return installation


def sasl(connection, mechanism, *messages, version=1):
    """A handshake and messages; returns the error code, the text and the last answer."""
    connection.send(SASL_HANDSHAKE, 1, wire.string(mechanism))
    answer = connection.receive()
    if answer is None:
        return None, "", b""
    error = struct.unpack_from(">h", answer[1])[0]
    if error:
        return error, "", b""
    for message in messages:
        connection.send(SASL_AUTHENTICATE, version, struct.pack(">i", len(message)) + message)
        answer = connection.receive()
        if answer is None:
            return None, "", b""
        error, length = struct.unpack_from(">hh", answer[1])
        text = answer[1][4:4 + max(length, 0)].decode()
        place = 4 + max(length, 0)
        size = struct.unpack_from(">i", answer[1], place)[0]
        bytes_ = answer[1][place + 4:place + 4 + size]
        if error:
            return error, text, bytes_
    return error, text, bytes_


def plain(user, password):
    return f"\0{user}\0{password}".encode()


class Confluent(unittest.TestCase):
    def produce(self, topic, **options):
        errors = []
        writer = confluent_kafka.Producer(shared().librdkafka("orders", **options))
        writer.produce(topic, b"value", on_delivery=lambda error, _: errors.append(error))
        writer.flush(20)
        return errors

    def test_allowed_and_denied(self):
        for mechanism in MECHANISMS:
            with self.subTest(mechanism):
                self.assertEqual(self.produce("allowed", mechanism=mechanism), [None])
                self.assertEqual([error.code() for error in self.produce("denied", mechanism=mechanism)],
                                 [confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED])
                self.assertIsNone(self.consume("allowed", "allowed-1", mechanism)[0].error())
                self.assertEqual(self.consume("allowed", "denied-1", mechanism)[0].error().code(),
                                 confluent_kafka.KafkaError.GROUP_AUTHORIZATION_FAILED)
                self.assertEqual(self.consume("denied", "allowed-1", mechanism)[0].error().code(),
                                 confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED)

    def consume(self, topic, group, mechanism):
        reader = confluent_kafka.Consumer(shared().librdkafka(
            "orders", mechanism, group_id=group + mechanism, auto_offset_reset="earliest"))
        reader.subscribe([topic])
        try:
            return reader.consume(1, 20)
        finally:
            reader.close()

    def test_transactions_are_for_their_ids(self):
        for mechanism in MECHANISMS:
            writer = confluent_kafka.Producer(shared().librdkafka("orders", mechanism, transactional_id="allowed-1"))
            writer.init_transactions(20)
            writer.begin_transaction()
            writer.produce("allowed", b"in a transaction")
            writer.commit_transaction(20)
            writer = confluent_kafka.Producer(shared().librdkafka("orders", mechanism, transactional_id="denied-1"))
            with self.assertRaises(confluent_kafka.KafkaException) as raised:
                writer.init_transactions(20)
            self.assertEqual(raised.exception.args[0].code(),
                             confluent_kafka.KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)

    def test_administration_is_for_those_who_may(self):
        orders = confluent_kafka.admin.AdminClient(shared().librdkafka("orders", "SCRAM-SHA-256"))
        with self.assertRaises(confluent_kafka.KafkaException) as raised:
            orders.create_topics([confluent_kafka.admin.NewTopic("made", 1, 1)])["made"].result(20)
        self.assertEqual(raised.exception.args[0].code(), confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED)
        with self.assertRaises(confluent_kafka.KafkaException) as raised:
            orders.delete_topics(["allowed"])["allowed"].result(20)
        self.assertEqual(raised.exception.args[0].code(), confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED)
        self.assertEqual(set(orders.list_topics(timeout=20).topics), {"allowed"})
        boss = confluent_kafka.admin.AdminClient(shared().librdkafka("boss", "PLAIN"))
        self.assertLessEqual({"allowed", "denied", "orders", "payments"}, set(boss.list_topics(timeout=20).topics))

    def test_built_in_roles_read_their_topics(self):
        def topics(user):
            client = confluent_kafka.admin.AdminClient(shared().librdkafka(user, "SCRAM-SHA-256"))
            return set(client.list_topics(timeout=20).topics)
        self.assertLessEqual({"products", "orders", "behaviour"}, topics("ali"))
        self.assertFalse({"admin", "fraud", "allowed"} & topics("ali"))
        self.assertLessEqual({"payments", "fraud"}, topics("fay"))
        self.assertNotIn("products", topics("fay"))

    def test_wrong_passwords_and_authorities_are_refused(self):
        for mechanism in MECHANISMS:
            for user, password in [("orders", "wrong"), ("nobody", "orders-pencil")]:
                self.assertEqual(self.failure(shared().librdkafka(user, mechanism, password)),
                                 confluent_kafka.KafkaError._AUTHENTICATION)
        options = shared().librdkafka("orders", "PLAIN")
        options["ssl.ca.location"] = str(Authority("Another authority").certificate)
        self.assertEqual(self.failure(options), confluent_kafka.KafkaError._SSL)

    def failure(self, options):
        """The code of the first error of a client that can't connect."""
        errors = []
        client = confluent_kafka.Producer({**options, "error_cb": errors.append, "log_level": 0})
        support.eventually(lambda: client.poll(0.1) is not None and errors, what="an error")
        return errors[0].code()


class KafkaPython(unittest.TestCase):
    def test_allowed_and_denied(self):
        for mechanism in MECHANISMS:
            with self.subTest(mechanism):
                options = {**shared().python("orders", mechanism), "ssl_cafile": shared().authorities}
                writer = kafka.KafkaProducer(**options)
                writer.send("allowed", b"python").get(20)
                with self.assertRaises(kafka.errors.TopicAuthorizationFailedError):
                    writer.send("denied", b"python").get(20)
                writer.close()
                reader = kafka.KafkaConsumer(
                    "allowed", **options, group_id="allowed-python" + mechanism, auto_offset_reset="earliest",
                    consumer_timeout_ms=20000)
                self.assertTrue(next(reader).value)
                reader.close()
                reader = kafka.KafkaConsumer(
                    "allowed", **options, group_id="denied-python", consumer_timeout_ms=20000)
                with self.assertRaises(kafka.errors.GroupAuthorizationFailedError):
                    next(reader)
                reader.close(autocommit=False)


class AIOKafka(unittest.IsolatedAsyncioTestCase):
    async def test_allowed_and_denied(self):
        for mechanism in MECHANISMS:
            options = {**shared().python("orders", mechanism),
                       "ssl_context": aiokafka.helpers.create_ssl_context(cafile=shared().authorities)}
            writer = aiokafka.AIOKafkaProducer(**options)
            await writer.start()
            await writer.send_and_wait("allowed", b"aio")
            with self.assertRaises(aiokafka.errors.TopicAuthorizationFailedError):
                await writer.send_and_wait("denied", b"aio")
            await writer.stop()
            reader = aiokafka.AIOKafkaConsumer(
                "allowed", **options, group_id="allowed-aio" + mechanism, auto_offset_reset="earliest")
            await reader.start()
            self.assertTrue((await asyncio.wait_for(reader.getone(), 20)).value)
            await reader.stop()
            reader = aiokafka.AIOKafkaConsumer("allowed", **options, group_id="denied-aio")
            with self.assertRaises(aiokafka.errors.GroupAuthorizationFailedError):
                await asyncio.wait_for(reader.start(), 20)
                await asyncio.wait_for(reader.getone(), 20)
            with contextlib.suppress(aiokafka.errors.KafkaError):
                await reader.stop()


class Kcat(unittest.TestCase):
    def kcat(self, mechanism, *arguments, stdin=None):
        options = {"security.protocol": "sasl_ssl", "sasl.mechanisms": mechanism, "sasl.username": "orders",
                   "sasl.password": PASSWORDS["orders"], "ssl.ca.location": shared().authorities}
        settings = [word for name, value in options.items() for word in ("-X", f"{name}={value}")]
        return subprocess.run(["kcat", "-b", shared().bootstrap, *settings, *arguments], input=stdin,
                              capture_output=True, text=True, timeout=60)

    def test_allowed_and_denied(self):
        for mechanism in MECHANISMS:
            with self.subTest(mechanism):
                allowed = self.kcat(mechanism, "-P", "-t", "allowed", stdin="kcat\n")
                self.assertEqual(allowed.returncode, 0, allowed.stderr)
                found = self.kcat(mechanism, "-C", "-t", "allowed", "-o", "beginning", "-e", "-q")
                self.assertIn("kcat", found.stdout)
                denied = self.kcat(mechanism, "-P", "-t", "denied", stdin="kcat\n")
                self.assertRegex(denied.stderr, "(?i)authorization failed")
                self.assertNotEqual(denied.returncode, 0)


class Java(unittest.TestCase):
    def test_allowed_and_denied(self):
        program = pathlib.Path(__file__).with_name("KafkaSecurityCheck.java")
        for mechanism in MECHANISMS:
            with self.subTest(mechanism):
                done = subprocess.run(
                    ["java", "-cp", f"{support.JARS}/*", str(program), shared().bootstrap, mechanism,
                     shared().authorities, "orders", PASSWORDS["orders"]], capture_output=True, text=True, timeout=180)
                self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
                self.assertIn("everything passed", done.stdout)


class Wire(unittest.TestCase):
    def test_nothing_is_served_before_authentication(self):
        for api, version, body in [(wire.METADATA, 4, struct.pack(">i", -1) + b"\0"),
                                   (wire.PRODUCE, 3, wire.produce_body("allowed", wire.batch([b"x"]))),
                                   (wire.FETCH, 4, wire.fetch_body("allowed", 0))]:
            with shared().connect() as connection:
                self.assertTrue(connection.is_served())
                connection.send(api, version, body)
                self.assertIsNone(connection.receive())
        with shared().connect() as connection:
            # Announced, not sent: who is not known gets no memory.
            connection.socket.sendall(struct.pack(">i", 1 << 20))
            self.assertTrue(connection.is_closed())

    def test_authentication_by_hand(self):
        with shared().connect() as connection:
            error, _, _ = sasl(connection, "PLAIN", plain("orders", "orders-pencil"))
            self.assertEqual(error, 0)
            self.assertEqual(connection.produce("allowed", wire.batch([b"by hand"]))[0], 0)
            self.assertEqual(connection.produce("denied", wire.batch([b"by hand"]))[0], 29)

    def test_refusals_are_alike_and_close_the_connection(self):
        texts = set()
        for user, password in [("orders", "wrong"), ("nobody", "orders-pencil"), ("certified", "")]:
            with shared().connect() as connection:
                error, text, _ = sasl(connection, "PLAIN", plain(user, password or "x"))
                self.assertEqual(error, AUTHENTICATION_FAILED)
                texts.add(text)
                self.assertTrue(connection.is_closed())
        self.assertEqual(len(texts), 1)
        with shared().connect() as connection:
            self.assertEqual(sasl(connection, "GSSAPI")[0], UNSUPPORTED_MECHANISM)
        with shared().connect() as connection:
            connection.send(SASL_AUTHENTICATE, 0, struct.pack(">i", 1) + b"x")
            self.assertEqual(struct.unpack_from(">h", connection.receive()[1])[0], ILLEGAL_STATE)

    def test_large_answers_and_requests_pass(self):
        boss = confluent_kafka.Producer(shared().librdkafka("boss", "PLAIN", linger_ms=50))
        values = [bytes([number]) * 700_000 for number in range(40)]
        for value in values:
            boss.produce("large", value)
        self.assertEqual(boss.flush(60), 0)
        reader = confluent_kafka.Consumer(shared().librdkafka(
            "boss", "PLAIN", group_id="large", auto_offset_reset="earliest", fetch_max_bytes=50_000_000))
        reader.subscribe(["large"])
        found = []
        while len(found) < len(values):
            message = reader.poll(20)
            self.assertIsNotNone(message)
            self.assertIsNone(message.error())
            found.append(message.value())
        reader.close()
        self.assertEqual(sorted(found), values)

    def test_nobody_guesses_fast_and_everything_is_counted(self):
        before = shared().metric("xopix_broker_authentications_total", mechanism="SCRAM-SHA-256", outcome="failure")
        with shared().connect() as connection:
            error, text, _ = sasl(connection, "SCRAM-SHA-256", b"p=tls-unique,,n=orders,r=abc")
            self.assertEqual((error, "channel binding" in text), (AUTHENTICATION_FAILED, True))
        self.assertGreater(
            shared().metric("xopix_broker_authentications_total", mechanism="SCRAM-SHA-256", outcome="failure"), before)
        denied = dict(operation="write", resource="topic")
        before = shared().metric("xopix_broker_denied_total", **denied)
        with shared().connect() as connection:
            sasl(connection, "PLAIN", plain("ali", "ali-pencil"))
            for _ in range(3):
                self.assertEqual(connection.produce("orders", wire.batch([b"x"]))[0], 29)
        self.assertEqual(shared().metric("xopix_broker_denied_total", **denied), before + 3)
        log = shared().server.data.with_suffix(".log").read_text(errors="replace")
        lines = [line for line in log.splitlines() if "an operation was denied" in line and '"ali"' in line]
        self.assertEqual(len([line for line in lines if "topic orders" in line]), 1, lines)
        for password in PASSWORDS.values():
            self.assertNotIn(password, log)


class TLS(unittest.TestCase):
    def test_versions(self):
        for version in [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]:
            with shared().connect(highest=version, lowest=version) as connection:
                self.assertTrue(connection.is_served())
        context = shared().tls()
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", shared().server.kafka_port), 20) as plain_socket:
            with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                context.wrap_socket(plain_socket, server_hostname="localhost")

    def test_bytes_in_the_clear_are_refused(self):
        before = shared().metric("xopix_broker_tls_handshakes_total", outcome="failure")
        with wire.Connection(shared().server.kafka_port) as connection:
            self.assertFalse(connection.is_served())
        with wire.Connection(shared().server.kafka_port) as connection:
            connection.socket.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while not connection.is_closed():
                pass
        support.eventually(
            lambda: shared().metric("xopix_broker_tls_handshakes_total", outcome="failure") >= before + 2)

    def test_damaged_handshakes_crash_nothing(self):
        seed = support.seed()
        print(f"XOPIX_SEED={seed}", flush=True)
        source = random.Random(seed)
        hello = client_hello()
        for _ in range(300):
            damaged = bytearray(hello)
            for _ in range(source.randint(1, 6)):
                damaged[source.randrange(len(damaged))] = source.randrange(256)
            with wire.Connection(shared().server.kafka_port) as connection:
                connection.socket.sendall(damaged[:source.randint(1, len(damaged))])
        with shared().connect() as connection:
            self.assertTrue(connection.is_served())

    def test_the_other_way_round(self):
        with xopix.Server() as server:
            with socket.create_connection(("127.0.0.1", server.kafka_port), 20) as plain_socket:
                with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                    ssl.create_default_context().wrap_socket(plain_socket, server_hostname="localhost")
            with wire.Connection(server.kafka_port) as connection:
                self.assertTrue(connection.is_served())

    def test_clients_may_come_with_certificates(self):
        installation = Installation("--tls-client-ca", shared().authorities, "--tls-client-certificates", "optional")
        self.addCleanup(installation.server.close)
        authority = shared().authority
        with installation.connect(certificate=authority.sign("known", "certified", use="clientAuth")) as connection:
            connection.make_topic("allowed")
            self.assertEqual(connection.produce("orders", wire.batch([b"x"]))[0], 29)
        # Nobody has the name: a password may tell who it is.
        with installation.connect(certificate=authority.sign("unknown", "somebody", use="clientAuth")) as connection:
            self.assertEqual(sasl(connection, "PLAIN", plain("orders", "orders-pencil"))[0], 0)
        with installation.connect(certificate=authority.sign("unknown", "somebody", use="clientAuth")) as connection:
            connection.send(wire.METADATA, 4, struct.pack(">i", -1) + b"\0")
            self.assertIsNone(connection.receive())
        with installation.connect() as connection:
            self.assertEqual(sasl(connection, "PLAIN", plain("orders", "orders-pencil"))[0], 0)
        for wrong in [authority.sign("over", "certified", days=-1, use="clientAuth"),
                      authority.sign("server-only", "certified", use="serverAuth"),
                      Authority().sign("foreign", "certified", use="clientAuth")]:
            self.refuses(installation, certificate=wrong)

    def test_clients_may_have_to_come_with_certificates(self):
        installation = Installation("--tls-client-ca", shared().authorities, "--tls-client-certificates", "required")
        self.addCleanup(installation.server.close)
        certificate, key = shared().authority.sign("known", "certified", use="clientAuth")
        with installation.connect(certificate=(certificate, key)) as connection:
            self.assertTrue(connection.is_served())
        self.refuses(installation)
        writer = confluent_kafka.Producer({
            "bootstrap.servers": installation.bootstrap, "security.protocol": "SSL",
            "ssl.ca.location": installation.authorities, "ssl.certificate.location": str(certificate),
            "ssl.key.location": str(key)})
        self.assertEqual(set(writer.list_topics(timeout=20).topics), set())

    def refuses(self, installation, **options):
        with self.assertRaises((ssl.SSLError, ConnectionResetError, AssertionError, BrokenPipeError)):
            with installation.connect(**options) as connection:
                assert connection.is_served()

    def test_certificates_are_replaced_while_it_runs(self):
        installation = Installation()
        self.addCleanup(installation.server.close)

        def name():
            with installation.connect() as connection:
                return dict(field[0] for field in connection.socket.getpeercert()["subject"])["commonName"]

        with installation.connect() as open_before:
            self.assertEqual(name(), "localhost")
            installation.authority.sign("server", "renewed")
            installation.server.process.send_signal(signal.SIGHUP)
            support.eventually(lambda: name() == "renewed", what="the new certificate")
            installation.certificate.write_text("nonsense")
            # It is seen without a signal, too, and what can't be used is not used.
            support.eventually(lambda: "certificates stay as they were" in installation.server.log_tail())
            self.assertEqual(name(), "renewed")
            self.assertTrue(open_before.is_served())


def client_hello():
    """The first bytes that a client of TLS sends."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    side = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        side.do_handshake()
    return outgoing.read()


class Operation(unittest.TestCase):
    def test_users_change_while_it_runs(self):
        installation = Installation()
        self.addCleanup(installation.server.close)
        file = installation.directory / "users.yaml"

        def error(user, password):
            with installation.connect() as connection:
                return sasl(connection, "PLAIN", plain(user, password))[0]

        with installation.connect() as stays:
            self.assertEqual(sasl(stays, "PLAIN", plain("orders", "orders-pencil"))[0], 0)
            self.assertEqual(error("new", "new-pencil"), AUTHENTICATION_FAILED)
            xopix.run("users", "add", "new", "--role", "admin", "--file", file, stdin="new-pencil\n")
            xopix.run("users", "remove", "orders", "--file", file)
            support.eventually(lambda: error("new", "new-pencil") == 0, what="the new user")
            self.assertEqual(error("orders", "orders-pencil"), AUTHENTICATION_FAILED)
            # Whoever was there already may do nothing any more.
            self.assertEqual(stays.produce("allowed", wire.batch([b"x"]))[0], 29)
        file.write_text("nonsense: [")
        installation.server.process.send_signal(signal.SIGHUP)
        support.eventually(lambda: "users and roles stay as they were" in installation.server.log_tail())
        self.assertEqual(error("new", "new-pencil"), 0)

    def test_clients_authenticate_again_when_their_session_is_over(self):
        installation = Installation(access=ACCESS + "maximum_session_seconds: 1\n")
        self.addCleanup(installation.server.close)
        with installation.connect() as connection:
            self.assertEqual(sasl(connection, "PLAIN", plain("boss", PASSWORDS["boss"]))[0], 0)
            support.eventually(lambda: not connection.is_served() or self.is_over(connection), what="the session's end")
        writer = confluent_kafka.Producer(installation.librdkafka("boss", "SCRAM-SHA-256"))
        errors = []
        counted = dict(mechanism="SCRAM-SHA-256", outcome="success")

        def go_on():
            writer.produce("again", b"x", on_delivery=lambda error, _: errors.append(error))
            writer.flush(10)
            return installation.metric("xopix_broker_authentications_total", **counted) >= 4
        support.eventually(go_on, what="a fourth authentication")
        self.assertEqual(set(errors), {None})

    def is_over(self, connection):
        connection.send(wire.METADATA, 4, struct.pack(">i", 0) + b"\0")
        return connection.receive() is None

    def test_other_machines_are_served_with_auth_only(self):
        data = temporary_directory()
        _, err = xopix.run("serve", "--data", data, "--kafka", "0.0.0.0:0", expect=3)
        self.assertIn("auth", err)
        installation = Installation(tls=False, host="0.0.0.0")
        self.addCleanup(installation.server.close)
        self.assertIn("without TLS", installation.server.log_tail())
        with wire.Connection(installation.server.kafka_port) as connection:
            # From this machine nobody overhears the password.
            self.assertEqual(sasl(connection, "PLAIN", plain("orders", "orders-pencil"))[0], 0)
        with contextlib.ExitStack() as stack:
            probe = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            try:
                probe.connect(("192.0.2.1", 9))
            except OSError:
                self.skipTest("this machine has no other address")
            own = probe.getsockname()[0]
            connection = wire.Connection.__new__(wire.Connection)
            connection.socket = socket.create_connection((own, installation.server.kafka_port), 20)
            connection.number = 0
            stack.callback(connection.socket.close)
            self.assertEqual(sasl(connection, "PLAIN", plain("orders", "orders-pencil"))[0], UNSUPPORTED_MECHANISM)
            self.assertEqual(sasl(connection, "SCRAM-SHA-256", b"n,,n=orders,r=abc")[0], 0)

    def test_wrong_definitions_are_told(self):
        directory = temporary_directory()
        for text, word in [("users: [{name: a, roles: [boss]}]", "boss"), ("user: []", "user"),
                           ("users: [{name: a, password_env: NOT_SET_ANYWHERE}]", "NOT_SET_ANYWHERE"),
                           ("users_file: gone.yaml", "gone.yaml")]:
            (directory / "access.yaml").write_text(text)
            _, err = xopix.run("serve", "--data", directory / "data", "--auth", directory / "access.yaml",
                               "--http", "127.0.0.1:0", "--kafka", "127.0.0.1:0", "--registry", "off", expect=3)
            self.assertIn(word, err)
        (directory / "xopix.yaml").write_text("auth:\n  users: [{name: a, roles: [boss]}]\n")
        _, err = xopix.run("serve", "--data", directory / "data", "--config", directory / "xopix.yaml",
                           "--http", "127.0.0.1:0", "--kafka", "127.0.0.1:0", "--registry", "off", expect=3)
        self.assertIn("boss", err)
        _, err = xopix.run("serve", "--data", directory / "data", "--tls-certificate", "gone.pem", expect=3)
        self.assertIn("tls_key", err)
        _, err = xopix.run("serve", "--data", directory / "data", "--tls-certificate", "gone.pem",
                           "--tls-key", "gone.key", "--http", "127.0.0.1:0", "--kafka", "127.0.0.1:0", "--registry", "off", expect=3)
        self.assertIn("gone.pem", err)

    def test_users_are_kept_by_command(self):
        file = temporary_directory() / "users.yaml"
        xopix.run("users", "add", "ali", "--role", "analyst", "--role", "fraud", "--file", file, stdin="a pencil\n")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertNotIn("a pencil", file.read_text())
        xopix.run("users", "add", "ali", "--file", file, stdin="x\n", expect=1)
        xopix.run("users", "add", "ali", "--file", file, "--replace", "--role", "search", stdin="x\n")
        xopix.run("users", "add", "bea", "--file", file, "--no-password")
        self.assertEqual(xopix.run("users", "list", "--file", file)[0], "ali\tsearch\nbea\t\n")
        self.assertIn("SCRAM-SHA-256$4096:", xopix.run("users", "add", "c", "--iterations", "4096", stdin="x\n")[0])
        xopix.run("users", "remove", "ali", "--file", file)
        xopix.run("users", "remove", "ali", "--file", file, expect=1)
        xopix.run("users", "add", "d", "--iterations", "100", stdin="x\n", expect=2)
        xopix.run("users", "add", "d", stdin="\n", expect=1)
        xopix.run("users", "add", "d", stdin="be\u0301a\n", expect=1)
        self.assertEqual(xopix.run("users", "list", "--file", file)[0], "bea\t\n")


if __name__ == "__main__":
    unittest.main()
