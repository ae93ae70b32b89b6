"""The real orders: revenue per day and country, and the top products, equal an independent computation."""

import collections
import csv
import decimal
import lzma
import unittest

import xopix

Decimal = decimal.Decimal


def independent_totals(path):
    """Revenue per day, per country and per product straight from the rows: sales are rows of positive quantity whose
    invoice is no cancellation."""
    days, countries = collections.Counter(), collections.Counter()
    products = collections.defaultdict(collections.Counter)
    orders = collections.defaultdict(set)
    rows = 0
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            quantity, price = int(row["Quantity"]), Decimal(row["UnitPrice"])
            if row["InvoiceNo"].startswith("C") or quantity <= 0:
                continue
            amount = quantity * price
            day = row["InvoiceDate"][:10]
            days[day] += amount
            countries[row["Country"]] += amount
            orders[day].add(row["InvoiceNo"])
            products[row["StockCode"]]["quantity"] += quantity
            products[row["StockCode"]]["revenue"] += amount
    return rows, days, countries, products, orders


class Orders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path = xopix.real_data("orders-uci-online-retail/orders.csv.xz")
        if path is None:
            raise unittest.SkipTest("no real orders")
        cls.server = xopix.Server().start()
        cls.addClassCleanup(cls.server.close)
        cls.output, cls.messages = xopix.run(
            "import", "orders", path, "--mapping", xopix.ROOT / "fixtures/mappings/uci-orders.yaml", "--http",
            cls.server.address, "--json")
        cls.server.settle()
        cls.rows, cls.days, cls.countries, cls.products, cls.orders = independent_totals(path)

    def test_every_row_is_accounted_for(self):
        import json

        summary = json.loads(self.output)
        self.assertEqual(summary["rows"], self.rows)
        self.assertEqual(summary["rows"], 209029)
        self.assertEqual(summary["refused"], 0)

    def test_revenue_per_day(self):
        served = collections.Counter()
        for row in self.server.view("revenue_per_day", by="window_start"):
            served[row["window_start"][:10]] += Decimal(row["revenue"])
        self.assertEqual(+served, +collections.Counter({day: total for day, total in self.days.items()}))

    def test_revenue_per_minute_adds_up(self):
        rows = self.server.view("revenue_per_minute")
        self.assertEqual(sum(Decimal(row["revenue"]) for row in rows), sum(self.days.values()))

    def test_revenue_per_country(self):
        served = collections.Counter()
        for row in self.server.view("revenue_per_day"):
            served[row["country"]] += Decimal(row["revenue"])
        self.assertEqual(+served, +self.countries)

    def test_top_ten_products(self):
        expected = sorted(self.products.items(), key=lambda item: (-item[1]["revenue"], item[0]))[:10]
        rows = self.server.view("top_products", step="all", top=10)
        self.assertEqual(
            [(row["product_id"], Decimal(row["revenue"]), row["quantity"]) for row in rows],
            [(code, totals["revenue"], totals["quantity"]) for code, totals in expected])


if __name__ == "__main__":
    unittest.main()
