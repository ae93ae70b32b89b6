"""`xopix bench relevance`: what it prints, saves and refuses."""

import json
import pathlib
import tempfile
import unittest

import xopix


class Relevance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = xopix.Server().start()
        cls.addClassCleanup(cls.server.close)
        titles = ["red kettle", "kettle of steel with a lid and a handle", "toaster", "wide toaster for four slices"]
        cls.server.publish([
            xopix.event("ProductCreated", {"product_id": f"P-{number}", "title": title}, f"relevance-{number}")
            for number, title in enumerate(titles, 1)])
        cls.server.settle()

    def file(self, name, text):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(text)
        return path

    def judgments(self):
        return self.file("judgments.csv", "query,docid,name,final_rating\nkettle,P-2,\"a, b\",3\nkettle,P-1,,1\n"
                                          "toaster,P-3,,2\nteapot,P-3,,0\n")

    def relevance(self, *arguments, expect=0):
        return xopix.run("bench", "relevance", "--http", self.server.address, *arguments, expect=expect)

    def test_the_numbers(self):
        report = json.loads(self.relevance("--judgments", self.judgments(), "--json")[0])
        # The good kettle stands second: (1 + 3 / log2(3)) / (3 + 1 / log2(3)).
        self.assertAlmostEqual(report["results"][0]["ndcg_at_10"], 0.7967075809905066)
        self.assertAlmostEqual(report["ndcg_at_10"], (0.7967075809905066 + 1) / 2)
        self.assertEqual((report["mrr"], report["recall"], report["success_at_1"]), (1, 1, 1))
        self.assertEqual(report["judged_at_10"], 0.75)
        self.assertEqual(report["left_out"], ["teapot"])
        text = self.relevance("--judgments", self.judgments(), "--gain", "exponential", "--hits", 20)[0]
        # (1 + 7 / log2(3)) / (7 + 1 / log2(3))
        self.assertIn("nDCG@10     0.8549   exponential gain", text)
        self.assertIn("2 queries; 1 without relevant documents left out: teapot", text)
        self.assertIn("recall@20   1.0000", text)

    def test_a_comparison_names_who_lost_and_won(self):
        saved = pathlib.Path(self.folder.name) / "saved.json"
        self.relevance("--judgments", self.judgments(), "--save", saved)
        same = self.relevance("--judgments", self.judgments(), "--against", saved)[0]
        self.assertIn("(+0.0000): 0 queries won, 0 lost, 2 stayed", same)
        # Sorted by id from the end, the good kettle comes first, and the toaster that nobody judged too.
        text = self.relevance(
            "--judgments", self.judgments(), "--against", saved, "--parameter", "sort=id:desc")[0]
        self.assertIn("1 queries won, 1 lost, 0 stayed", text)
        self.assertIn("lost most:\n  -0.3691  1.0000 to 0.6309  toaster", text)
        self.assertIn("won most:\n  +0.2033  0.7967 to 1.0000  kettle", text)
        _, error = self.relevance(
            "--judgments", self.judgments(), "--against", saved, "--gain", "exponential", expect=1)
        self.assertIn("was measured with linear gain", error)

    def test_trec_files(self):
        topics = self.file("topics.xml", "<xml><top><num> 7</num><title>\nred\nkettle</title></top></xml>")
        qrels = self.file("qrels.txt", "7 0 P-1 1\n")
        report = json.loads(self.relevance("--judgments", qrels, "--queries", topics, "--json")[0])
        self.assertEqual((report["results"][0]["id"], report["results"][0]["query"]), ("7", "red kettle"))
        self.assertEqual(report["ndcg_at_10"], 1)

    def test_what_is_wrong_is_said_in_a_line(self):
        absent = pathlib.Path(self.folder.name) / "absent.csv"
        for arguments, code, message in [
            (["--judgments", absent], 1, "absent.csv can't be read"),
            (["--judgments", self.file("a.csv", "query,docid\nq,d\n")], 1, "no column final_rating or rating"),
            (["--judgments", self.file("b.csv", "query,docid,rating\nq,d,x\n")], 1, 'row 1: the rating is "x"'),
            (["--judgments", self.file("c.csv", "query,docid,rating\nq,d,0\n")], 1, "no query has a relevant document"),
            (["--judgments", self.judgments(), "--against", self.file("d.json", "{}")], 1, "is not a saved"),
            (["--judgments", self.judgments(), "--save", "/nowhere/x.json"], 1, "can't be written"),
            (["--judgments", self.judgments(), "--parameter", "match=soon"], 1, "match"),
        ]:
            output, error = self.relevance(*arguments, expect=code)
            self.assertEqual(output, "" if "/nowhere/x.json" not in arguments else output)
            self.assertIn(message, error)
            self.assertEqual(len(error.strip().splitlines()), 1, error)
        for arguments in [[], ["--judgments", "x", "--parameter", "q"], ["--judgments", "x", "--parameter", "size=5"],
                          ["--judgments", "x", "--hits", "5"], ["--judgments", "x", "--gain", "cubic"]]:
            self.relevance(*arguments, expect=2)
        _, error = xopix.run("bench", "relevance", "--server", "127.0.0.1:1", "--judgments", self.judgments(), expect=1)
        self.assertIn("no answer from", error)


if __name__ == "__main__":
    unittest.main()
