"""Tantivy through its Python package.

    tantivy_peer.py build PRODUCTS DIRECTORY single|multi
    tantivy_peer.py query DIRECTORY QUERIES ANSWERS SECONDS

What a call through Python costs by itself is measured with queries that match nothing, and taken off.
"""

import json
import os
import statistics
import sys
import time

import tantivy
from tantivy import FieldType, Occur, Query

import measuring
from kinds import BY_NAME, WEIGHTS

FACETS = ("brand", "category", "colour")


def schema(fields):
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    texts = WEIGHTS if fields == "multi" else ("description",)
    for name in texts:
        builder.add_text_field(name, tokenizer_name="plain", fast=name in FACETS)
    for name in FACETS:
        if name not in texts:
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("price", "rating"):
        builder.add_float_field(name, fast=True)
    builder.add_integer_field("stock", fast=True)
    return builder.build()


def opened(directory, fields):
    os.makedirs(directory, exist_ok=True)
    index = tantivy.Index(schema(fields), path=directory)
    plain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase()).build()
    index.register_tokenizer("plain", plain)
    # Columns hold brands and categories whole, though their words are indexed.
    index.register_fast_field_tokenizer("plain", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).build())
    return index


def build(products, directory, fields):
    index = opened(directory, fields)
    start, cpu = time.perf_counter(), measuring.cpu_seconds()
    # The largest that the package allows, so that there are few segments; it offers no merge on demand.
    writer = index.writer(heap_size=4_000_000_000, num_threads=1)
    count = 0
    with open(products, encoding="ascii") as lines:
        for line in lines:
            writer.add_json(line)
            count += 1
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return {
        "documents": count, "seconds": time.perf_counter() - start, "cpu_seconds": measuring.cpu_seconds() - cpu,
        "bytes": measuring.size(directory), "segments": index.searcher().num_segments}


class Peer:
    def __init__(self, directory):
        self.indexes = {name: opened(os.path.join(directory, name), name) for name in ("single", "multi")}
        self.searchers = {}
        for name, index in self.indexes.items():
            index.reload()
            self.searchers[name] = index.searcher()

    def query(self, query):
        schema = self.indexes[query["index"]].schema

        def term(word, field="description"):
            return Query.term_query(schema, field, word)

        operation, words = query["operation"], query.get("words")
        if operation == "term":
            return term(words[0])
        if operation in ("and", "or"):
            occur = Occur.Must if operation == "and" else Occur.Should
            return Query.boolean_query([(occur, term(word)) for word in words])
        if operation == "phrase":
            return Query.phrase_query(schema, "description", words)
        if operation == "all":
            return Query.all_query()
        if operation == "range":
            return Query.range_query(schema, "price", FieldType.Float, query["from"], query["to"])
        if operation == "fuzzy":
            return Query.fuzzy_term_query(schema, "description", words[0], distance=query["edits"])
        if operation == "prefix":
            return Query.regex_query(schema, "description", words[0] + ".*")
        # Each word in any field; Tantivy has no query that adds up the fields' frequencies.
        return Query.boolean_query([
            (Occur.Must, Query.boolean_query([
                (Occur.Should, Query.boost_query(term(word, field), weight)) for field, weight in WEIGHTS.items()]))
            for word in words])

    def call(self, query, mode):
        """A function that runs the query: top 10, with exact totals or without, or with facets."""
        searcher, made = self.searchers[query["index"]], self.query(query)
        if query["facets"]:
            # Only the counts: the package can't count and rank in one pass, and a second would be charged to the engine.
            facets = {name: {"terms": {"field": name, "size": 10}} for name in FACETS}
            return lambda: searcher.aggregate(made, facets)
        if mode == "exact" and query["operation"] == "term":
            # How many products have a word is known without counting.
            field, word = "description", query["words"][0]
            return lambda: (searcher.search(made, 10, count=False), searcher.doc_freq(field, word))
        return lambda: searcher.search(made, 10, count=mode == "exact")

    def nothing(self, query, mode):
        """A like call that finds nothing."""
        absent = {**query, "words": ["absentabsent"], "operation": "term", "index": query["index"]}
        return self.call(absent, mode)

    def answer(self, query, mode):
        searcher, made = self.searchers[query["index"]], self.query(query)
        found = searcher.search(made, 10, count=True)
        ids = searcher.fast_field_values("id", [address for _, address in found.hits]) if found.hits else []
        answer = {"total": found.count, "hits": [[n, score] for n, (score, _) in zip(ids, found.hits)]}
        if query["facets"]:
            counted = self.call(query, mode)()
            answer["facets"] = {name: [b["doc_count"] for b in counted[name]["buckets"]] for name in FACETS}
        return answer


def query(directory, queries, answers, seconds):
    peer, overheads = Peer(directory), {}
    operations = ("term", "and", "or", "phrase", "all", "range", "fuzzy", "prefix", "product")
    with open(answers, "w", encoding="ascii") as out:
        for kind, asked in measuring.read_queries(queries, operations).items():
            for mode in ("top", "exact") if BY_NAME[kind].prunes else ("exact",):
                empty = peer.nothing(asked[0], mode)
                overhead = int(statistics.median(t for times in measuring.timed([empty] * 200, 0.2) for t in times))
                overheads[f"{kind}, {mode}"] = overhead
                taken = measuring.timed([peer.call(q, mode) for q in asked], seconds, overhead)
                for q, times in zip(asked, taken):
                    line = {"kind": kind, "number": q["number"], "mode": mode, "ns": times, **peer.answer(q, mode)}
                    out.write(json.dumps(line) + "\n")
    return {"memory": measuring.memory(), "overhead_ns": overheads, "version": tantivy.__version__}


if __name__ == "__main__":
    if sys.argv[1] == "build":
        print(json.dumps(build(*sys.argv[2:5])))
    else:
        print(json.dumps(query(*sys.argv[2:5], float(sys.argv[5]))))
