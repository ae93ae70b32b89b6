"""What the tests with real Kafka clients share: a running server, names, and places."""

import atexit
import itertools
import os
import pathlib
import random
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))

import xopix  # noqa: E402

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
JARS = ROOT / ".build/kafka-clients/jars"

_numbers = itertools.count(1)
_server = None


def server():
    """The server that tests share; each uses topics and groups of its own."""
    global _server
    if _server is None:
        _server = xopix.Server().start()
        atexit.register(_server.close)
    return _server


def bootstrap():
    return f"127.0.0.1:{server().kafka_port}"


def seed():
    """The seed of everything random: XOPIX_SEED, else one that no run had."""
    return int(os.environ.get("XOPIX_SEED", random.randrange(1_000_000)))


def unique(stem):
    """A name that no other test has."""
    return f"{stem}-{next(_numbers)}"


def eventually(condition, seconds=20, what="the condition"):
    """Waits until `condition` gives something true, and returns it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} was not met within {seconds} s")
