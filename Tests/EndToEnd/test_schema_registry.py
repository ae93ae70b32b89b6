"""The schema registry as its clients see it: raw HTTP, and Confluent's Python client where it is installed."""

import http.client
import json
import os
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

import xopix

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
ORDER = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
WIDER = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "additionalProperties": False}
NARROWER = {"type": "object", "additionalProperties": False}


class Registry:
    """A running registry: the one at XOPIX_REGISTRY, else one of a server that is started for it."""

    def __init__(self):
        self.address = os.environ.get("XOPIX_REGISTRY")
        self.server = None
        if not self.address:
            self.address = f"127.0.0.1:{xopix.free_port()}"
            self.server = xopix.Server("--registry", self.address).start()

    def close(self):
        if self.server:
            self.server.close()

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, body=text, headers={"Content-Type": MEDIA_TYPE})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def register(self, subject, schema):
        path = f"/subjects/{urllib.parse.quote(subject, safe='')}/versions"
        return self.ask("POST", path, {"schemaType": "JSON", "schema": json.dumps(schema)})


class RawHTTP(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = Registry()
        cls.addClassCleanup(cls.registry.close)

    def test_built_in_schemas(self):
        status, subjects = self.registry.ask("GET", "/subjects")
        self.assertEqual(status, 200)
        for name in ["products-ProductCreated", "orders-OrderCreated", "payments-PaymentProcessed", "fraud-FraudScored"]:
            self.assertIn(name, subjects)
        status, latest = self.registry.ask("GET", "/subjects/products-ProductCreated/versions/latest")
        self.assertEqual((status, latest["version"]), (200, 1))
        self.assertIn("title", json.loads(latest["schema"])["required"])

    def test_a_subjects_life(self):
        status, first = self.registry.register("raw/life-value", ORDER)
        self.assertEqual(status, 200, first)
        self.assertEqual(self.registry.register("raw/life-value", ORDER)[1]["id"], first["id"])
        self.assertEqual(self.registry.register("raw/other-value", ORDER)[1]["id"], first["id"])
        status, second = self.registry.register("raw/life-value", WIDER)
        self.assertEqual(status, 200, second)
        status, refused = self.registry.register("raw/life-value", NARROWER)
        self.assertEqual((status, refused["error_code"]), (409, 409))
        self.assertIn("PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", refused["message"])
        subject = "/subjects/raw%2Flife-value"
        self.assertEqual(self.registry.ask("GET", subject + "/versions"), (200, [1, 2]))
        self.assertEqual(self.registry.ask("DELETE", subject + "?permanent=true")[1]["error_code"], 40405)
        self.assertEqual(self.registry.ask("DELETE", subject), (200, [1, 2]))
        self.assertEqual(self.registry.ask("DELETE", subject)[1]["error_code"], 40404)
        self.assertEqual(self.registry.ask("GET", f"/schemas/ids/{second['id']}")[0], 200)
        self.assertEqual(self.registry.ask("DELETE", subject + "?permanent=true"), (200, [1, 2]))
        self.assertEqual(self.registry.ask("GET", f"/schemas/ids/{second['id']}")[1]["error_code"], 40403)
        self.assertEqual(self.registry.ask("GET", f"/schemas/ids/{first['id']}")[0], 200)

    def test_wrong_requests(self):
        for method, path, body, code in [
            ("GET", "/subjects/none/versions", None, 40401), ("GET", "/subjects/none/versions/x", None, 42202),
            ("GET", "/schemas/ids/2147483647", None, 40403), ("PUT", "/config", {"compatibility": "SOME"}, 42203),
            ("PUT", "/mode", {"mode": "SOME"}, 42204), ("GET", "/config/none", None, 40408), ("GET", "/nonsense", None, 404),
            ("POST", "/subjects/x/versions", {"schema": "{", "schemaType": "JSON"}, 42201), ("POST", "/subjects/x/versions", [], 400),
        ]:
            status, answer = self.registry.ask(method, path, body)
            self.assertEqual(answer["error_code"], code, (path, answer))
            self.assertEqual(status, code if code < 1000 else code // 100)

    def test_ids_outlive_a_crash(self):
        if not self.registry.server:
            self.skipTest("the registry at XOPIX_REGISTRY is not this test's to kill")
        status, before = self.registry.register("crash-value", {"title": "kept", "type": "object"})
        self.assertEqual(status, 200)
        self.registry.server.kill()
        self.registry.server.start()
        self.assertEqual(self.registry.register("crash-value", {"title": "kept", "type": "object"})[1]["id"], before["id"])


CLIENT = r"""
import json, sys
from confluent_kafka.schema_registry import SchemaRegistryClient, Schema, SchemaReference
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONSerializer, JSONDeserializer
from confluent_kafka.serialization import SerializationContext, MessageField

client = SchemaRegistryClient({"url": sys.argv[1]})
order = {"title": "Order", "type": "object", "required": ["id"],
         "properties": {"id": {"type": "string"}, "total": {"$ref": "amount.json"}}}

def refused(code, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except SchemaRegistryError as error:
        assert error.error_code == code, (code, error)
    else:
        raise AssertionError(f"{call} was not refused with {code}")

amount = client.register_schema("client-amount", Schema('{"type":"number","minimum":0}', "JSON"))
reference = SchemaReference("amount.json", "client-amount", 1)
schema = Schema(json.dumps(order), "JSON", [reference])
id = client.register_schema("client-orders-value", schema)
assert client.register_schema("client-orders-value", schema) == id
found = client.get_schema(id)
assert json.loads(found.schema_str) == order and found.schema_type == "JSON", found
assert found.references[0].name == "amount.json", found.references
registered = client.lookup_schema("client-orders-value", schema)
assert (registered.schema_id, registered.version, registered.subject) == (id, 1, "client-orders-value"), registered
latest = client.get_latest_version("client-orders-value")
assert latest.version == 1 and latest.schema_id == id, latest
assert client.get_version("client-orders-value", 1).schema_id == id
assert client.get_versions("client-orders-value") == [1]
assert "client-orders-value" in client.get_subjects()
assert client.get_subjects_by_schema_id(id) == ["client-orders-value"]
versions = client.get_schema_versions(id)
assert [(v.subject, v.version) for v in versions] == [("client-orders-value", 1)], versions
refused(40401, client.get_latest_version, "client-none")
refused(40403, client.get_schema, 2147483647)
refused(42206, client.delete_subject, "client-amount")

wider = Schema(json.dumps({**order, "properties": {**order["properties"], "note": {}}}), "JSON", [reference])
narrower = Schema(json.dumps({**order, "required": ["id", "total"]}), "JSON", [reference])
assert client.test_compatibility("client-orders-value", wider)
assert not client.test_compatibility("client-orders-value", narrower)
assert client.test_compatibility_all_versions("client-orders-value", wider)
refused(409, client.register_schema, "client-orders-value", narrower)
assert client.set_compatibility("client-orders-value", "FULL")["compatibility"] == "FULL"
assert client.get_compatibility("client-orders-value") == "FULL"
refused(40408, client.get_compatibility, "client-amount")

context = SerializationContext("client-orders", MessageField.VALUE)
serializer = JSONSerializer(schema, client)
deserializer = JSONDeserializer(schema, schema_registry_client=client)
framed = serializer({"id": "O-1", "total": 12.5}, context)
assert framed[0] == 0 and int.from_bytes(framed[1:5], "big") == id, framed
assert deserializer(framed, context) == {"id": "O-1", "total": 12.5}

avro = Schema('{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}', "AVRO")
avro_id = client.register_schema("client-avro-value", avro)
assert client.get_schema(avro_id).schema_type == "AVRO"
longer = Schema('{"type":"record","name":"R","fields":[{"name":"a","type":"long"},{"name":"b","type":"int"}]}', "AVRO")
refused(409, client.register_schema, "client-avro-value", longer)

assert client.delete_version("client-avro-value", 1) == 1
refused(40406, client.delete_version, "client-avro-value", 1)
assert client.delete_version("client-avro-value", 1, permanent=True) == 1
assert client.delete_subject("client-orders-value") == [1]
assert client.delete_subject("client-orders-value", permanent=True) == [1]
assert client.delete_subject("client-amount", permanent=False) == [1]
assert client.delete_subject("client-amount", permanent=True) == [1]
print("the client is content")
"""


class ConfluentClient(unittest.TestCase):
    """The calls, serializers included, that programs on Confluent's Python client make."""

    def test_client_library(self):
        python = os.environ.get("XOPIX_CLIENTS_PYTHON")
        if not python:
            print("\nSKIPPED: XOPIX_CLIENTS_PYTHON names no Python with confluent-kafka[schemaregistry,json]", flush=True)
            self.skipTest("XOPIX_CLIENTS_PYTHON is not set")
        probe = subprocess.run([python, "-c", "import confluent_kafka.schema_registry.json_schema"], capture_output=True, text=True)
        if probe.returncode != 0:
            print(f"\nSKIPPED: {python} lacks confluent-kafka[schemaregistry,json]: {probe.stderr[-200:]}", flush=True)
            self.skipTest("confluent-kafka[schemaregistry,json] is not installed")
        registry = Registry()
        self.addCleanup(registry.close)
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "client.py"
            script.write_text(CLIENT)
            done = subprocess.run(
                [python, str(script), f"http://{registry.address}"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("the client is content", done.stdout)


if __name__ == "__main__":
    unittest.main()
