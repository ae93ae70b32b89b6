"""A server that is asked to end does so at once, whatever is connected, and goes on where it was."""

import http.client
import unittest

import xopix


class Shutdown(unittest.TestCase):
    def test_open_streams_do_not_hold_it_up(self):
        with xopix.Server("--checkpoint-seconds", 3600) as server:
            server.publish([xopix.event("ProductCreated", {"product_id": "P-1", "title": "Kettle"}, "e-1")])
            streams = []
            for _ in range(10):
                stream = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                stream.request("GET", "/v1/analytics/stream")
                streams.append((stream, stream.getresponse()))
                self.assertEqual(streams[-1][1].readline(), b"retry: 2000\n")
            self.assertEqual(server.stop(timeout=20), 0)
            for stream, answer in streams:
                answer.read()
                stream.close()
            server.start()
            self.assertEqual(server.get("/v1/search", q="kettle").json["total"]["value"], 1)

    def test_what_was_read_before_the_end_is_not_read_again(self):
        with xopix.Server("--checkpoint-seconds", 3600) as server:
            server.publish([xopix.event("ProductCreated", {"product_id": "P-1", "title": "Kettle"}, "e-1")])
            server.settle()
            before = server.get("/metrics").body.decode()
            self.assertEqual(server.stop(), 0)
            server.start()
            after = server.get("/metrics").body.decode()
            name = "xopix_projection_records_total "
            counts = [next(line for line in text.splitlines() if line.startswith(name)) for text in (before, after)]
            self.assertEqual(counts[0], counts[1])


if __name__ == "__main__":
    unittest.main()
