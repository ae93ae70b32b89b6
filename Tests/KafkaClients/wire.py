"""Kafka's protocol by hand, for requests that no client would send."""

import socket
import struct

PRODUCE, FETCH, METADATA, API_VERSIONS = 0, 1, 3, 18

_CRC_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
    _CRC_TABLE.append(_byte)


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = _CRC_TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


def string(text):
    """A nullable string."""
    return struct.pack(">h", -1) if text is None else struct.pack(">h", len(text)) + text.encode()


def varint(number):
    """A zigzag varint."""
    number = number << 1 ^ number >> 63
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def batch(values, *, magic=2, attributes=0, count=None, last_delta=None, first_delta=0, timestamp=1_700_000_000_000,
          crc=None):
    """A record batch of version 2 without keys; each argument can make it a wrong one."""
    records = b""
    for delta, value in enumerate(values, first_delta):
        record = b"\0" + varint(0) + varint(delta) + varint(-1) + varint(len(value)) + value + varint(0)
        records += varint(len(record)) + record
    covered = struct.pack(
        ">hiqqqhii", attributes, len(values) - 1 if last_delta is None else last_delta, timestamp, timestamp, -1, -1, -1,
        len(values) if count is None else count) + records
    rest = struct.pack(">ibI", -1, magic, crc32c(covered) if crc is None else crc) + covered
    return struct.pack(">qi", 0, len(rest)) + rest


def produce_body(topic, records, *, partition=0, acks=-1):
    """Produce, version 3."""
    return (string(None) + struct.pack(">hi", acks, 10_000) + struct.pack(">i", 1) + string(topic)
            + struct.pack(">iii", 1, partition, len(records)) + records)


def fetch_body(topic, offset, *, partition=0, wait=0, least=1, most=50 << 20):
    """Fetch, version 4."""
    return (struct.pack(">iiiib", -1, wait, least, most, 0) + struct.pack(">i", 1) + string(topic)
            + struct.pack(">iiqi", 1, partition, offset, most))


class Connection:
    """A connection that sends what it is told to."""

    def __init__(self, port, source=None, timeout=20):
        self.socket = socket.create_connection(
            ("127.0.0.1", port), timeout, source_address=(source, 0) if source else None)
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def frame(self, api, version, body):
        """A request with its length; the next correlation id is its own."""
        self.number += 1
        request = struct.pack(">hhi", api, version, self.number) + string("by-hand") + body
        return struct.pack(">i", len(request)) + request

    def send(self, api, version, body=b""):
        """Sends a request and returns its correlation id."""
        self.socket.sendall(self.frame(api, version, body))
        return self.number

    def exactly(self, count):
        """So many bytes; fewer where the connection ends."""
        parts, left = [], count
        while left:
            try:
                part = self.socket.recv(min(left, 1 << 20))
            except ConnectionResetError:
                part = b""
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def receive(self):
        """The next answer: (correlation id, body); None where the connection ended."""
        prefix = self.exactly(4)
        if len(prefix) < 4:
            return None
        answer = self.exactly(struct.unpack(">i", prefix)[0])
        return struct.unpack(">i", answer[:4])[0], answer[4:]

    def is_closed(self):
        """Whether the other side closes, waited for."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def is_served(self):
        """Whether the broker answers the simplest request."""
        try:
            number = self.send(API_VERSIONS, 0)
            answer = self.receive()
        except (BrokenPipeError, ConnectionResetError):
            return False
        return answer is not None and answer[0] == number and answer[1][:2] == b"\0\0"

    def produce(self, topic, records, **options):
        """Produces and returns (error code, base offset)."""
        self.send(PRODUCE, 3, produce_body(topic, records, **options))
        return produced(self.receive()[1])

    def make_topic(self, name):
        """Has a topic of the default number of partitions made by asking for it (Metadata 4)."""
        self.send(METADATA, 4, struct.pack(">i", 1) + string(name) + b"\1")
        self.receive()


def produced(body):
    """Error code and base offset of the only partition in an answer to Produce 3."""
    length = struct.unpack_from(">h", body, 4)[0]
    _, error, offset = struct.unpack_from(">ihq", body, 4 + 2 + length + 4)
    return error, offset


def fetched(body):
    """Error code, high watermark and records of the only partition in an answer to Fetch 4."""
    length = struct.unpack_from(">h", body, 8)[0]
    place = 8 + 2 + length + 4
    _, error, high, _, aborted = struct.unpack_from(">ihqqi", body, place)
    place += 26 + 16 * max(aborted, 0)
    size = struct.unpack_from(">i", body, place)[0]
    return error, high, body[place + 4:place + 4 + max(size, 0)]
