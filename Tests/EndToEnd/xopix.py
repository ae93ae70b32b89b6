"""Runs the release binary for tests from outside: starts and kills servers, speaks HTTP, calls commands."""

import gzip
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("XOPIX_BINARY", ROOT / ".build/release/xopix"))
REAL_DATA = pathlib.Path(os.environ.get("XOPIX_REAL_DATA", ROOT.parent / "shared/data"))


def real_data(name):
    """The path of a real data file; None, said loudly, where the data is absent."""
    path = REAL_DATA / name
    if path.exists():
        return path
    print(f"\nSKIPPED: {path} is absent", flush=True)
    return None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments, expect=0, stdin=None, timeout=600):
    """Runs a command to its end and returns (standard output, standard error)."""
    done = subprocess.run(
        [str(BINARY), *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=timeout,
        cwd=ROOT)
    if expect is not None and done.returncode != expect:
        raise AssertionError(
            f"xopix {' '.join(map(str, arguments))} ended with {done.returncode}, not {expect}\n"
            f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout, done.stderr


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """A server on a data directory of its own, which survives kill() and start()."""

    def __init__(self, *options, data=None):
        self.owns_data = data is None
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="xopix-test-"))
        self.options = [str(option) for option in options]
        self.port = free_port()
        self.kafka_port = free_port()
        self.registry_port = free_port()
        self.process = None
        self.log = open(self.data.with_suffix(".log"), "ab")

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self, command="serve", timeout=60):
        self.process = subprocess.Popen(
            [str(BINARY), command, "--data", str(self.data), "--http", self.address,
             "--kafka", f"127.0.0.1:{self.kafka_port}", "--registry", f"127.0.0.1:{self.registry_port}",
             *self.options],
            stdout=self.log, stderr=self.log, cwd=ROOT)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log_tail()}")
            try:
                if self.get("/readyz").status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"the server was not ready after {timeout} s:\n{self.log_tail()}")

    def log_tail(self):
        self.log.flush()
        return self.data.with_suffix(".log").read_text(errors="replace")[-4000:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, timeout=30):
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.log.close()
        if self.owns_data:
            shutil.rmtree(self.data, ignore_errors=True)
            self.data.with_suffix(".log").unlink(missing_ok=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.request("GET", path)

    def post(self, path, value, headers=None):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.request("POST", path, body, {"Content-Type": "application/json", **(headers or {})})

    def publish(self, events):
        answer = self.post("/v1/events", events)
        assert answer.status == 202, answer.body[:2000]
        return answer.json["position"]

    def settle(self, timeout=300):
        """Waits until every model has read the whole log."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if all(model["lag"] == 0 for model in self.get("/v1/monitoring/lag").json["models"]):
                return
            time.sleep(0.1)
        raise AssertionError("the models did not catch up")

    def view(self, name, **query):
        """A view's rows as dictionaries by column name."""
        answer = self.get(f"/v1/analytics/views/{name}", **query)
        assert answer.status == 200, answer.body[:2000]
        names = [column["name"] for column in answer.json["columns"]]
        return [dict(zip(names, row)) for row in answer.json["rows"]]


def event(type, data, id, source="/test", time="2026-11-01T10:00:00Z"):
    return {"specversion": "1.0", "id": id, "source": source, "type": type, "time": time, "data": data}
