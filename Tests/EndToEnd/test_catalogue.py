"""The real Icecat catalogue: every product is imported and found, and relevance holds its floor."""

import collections
import csv
import math
import unittest

import xopix


def ndcg(gains, ideal, depth=10):
    def dcg(values):
        return sum((2**value - 1) / math.log2(rank + 2) for rank, value in enumerate(values[:depth]))

    return dcg(gains) / dcg(sorted(ideal, reverse=True))


class Catalogue(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        products = xopix.real_data("catalog-icecat/products.jsonl.gz")
        if products is None:
            raise unittest.SkipTest("no real catalogue")
        cls.server = xopix.Server().start()
        cls.addClassCleanup(cls.server.close)
        cls.output, _ = xopix.run(
            "import", "products", products, "--mapping", xopix.ROOT / "fixtures/mappings/icecat-products.yaml",
            "--http", cls.server.address)
        cls.server.settle()

    def search(self, **query):
        answer = self.server.get("/v1/search", **query)
        self.assertEqual(answer.status, 200, answer.body[:1000])
        return answer.json

    def test_every_product_is_there(self):
        self.assertEqual(self.search(q="", size=1)["total"], {"value": 19406, "relation": "eq"})

    def test_bluetooth_speaker(self):
        answer = self.search(q="bluetooth speaker")
        self.assertEqual(len(answer["hits"]), 10)
        for hit in answer["hits"][:5]:
            self.assertIn("speaker", hit["document"]["title"].lower())
        for hit in answer["hits"]:
            text = str(hit["document"]).lower()
            self.assertTrue("bluetooth" in text and "speaker" in text, hit["document"]["title"])

    def test_hp_laptop(self):
        answer = self.search(q="hp laptop 17", facets="brand")
        self.assertGreater(answer["total"]["value"], 0)
        brands = [hit["document"].get("brand") for hit in answer["hits"]]
        self.assertGreaterEqual(brands.count("HP"), 8, brands)
        self.assertEqual(answer["facets"]["brand"]["values"][0]["value"], "HP")

    def test_a_misspelt_query_is_corrected(self):
        answer = self.search(q="tonner cartridge")
        self.assertEqual(answer["query"]["corrected"], "toner cartridge")
        for hit in answer["hits"]:
            self.assertIn("toner", str(hit["document"]).lower())

    def test_facet_filters(self):
        everything = self.search(q="notebook", facets="brand")
        hp = next(value for value in everything["facets"]["brand"]["values"] if value["value"] == "HP")
        filtered = self.search(q="notebook", filter="brand = HP", facets="brand")
        self.assertEqual(filtered["total"]["value"], hp["count"])
        self.assertEqual(filtered["facets"]["brand"]["values"], everything["facets"]["brand"]["values"])
        self.assertEqual({hit["document"]["brand"] for hit in filtered["hits"]}, {"HP"})

    def test_paging_gives_every_product_once(self):
        seen, cursor = [], None
        while True:
            query = {"q": "", "filter": "brand = Philips", "sort": "price:asc", "size": 100}
            answer = self.search(**query, **({"cursor": cursor} if cursor else {}))
            seen += [(hit["document"].get("price"), hit["id"]) for hit in answer["hits"]]
            cursor = answer.get("next_cursor")
            if not cursor:
                break
        self.assertEqual(len(seen), answer["total"]["value"])
        self.assertEqual(len({id for _, id in seen}), len(seen))
        prices = [float(price) for price, _ in seen if price is not None]
        self.assertEqual(prices, sorted(prices))

    def test_relevance_holds_its_floor(self):
        judgments = collections.defaultdict(dict)
        with open(xopix.real_data("catalog-icecat/judgments.csv"), newline="") as file:
            for row in csv.DictReader(file):
                judgments[row["query"]][row["docid"]] = float(row["final_rating"])
        scores = {}
        for query, ratings in judgments.items():
            if not any(rating > 0 for rating in ratings.values()):
                continue
            hits = self.search(q=query, size=10)["hits"]
            scores[query] = ndcg([ratings.get(hit["id"], 0) for hit in hits], ratings.values())
        mean = sum(scores.values()) / len(scores)
        worst = sorted(scores.items(), key=lambda item: item[1])[:5]
        print(f"\nnDCG@10 over {len(scores)} queries: {mean:.4f}; lowest: {worst}", flush=True)
        self.assertGreaterEqual(mean, 0.83)


if __name__ == "__main__":
    unittest.main()
