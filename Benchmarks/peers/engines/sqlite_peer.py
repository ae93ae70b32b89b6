"""SQLite's FTS5, on the description alone.

    sqlite_peer.py build PRODUCTS DIRECTORY single
    sqlite_peer.py query DIRECTORY QUERIES ANSWERS SECONDS

FTS5 ranks by bm25 with lengths as they are, but with ln((N - n + 1/2) / (n + 1/2)) as a word's weight, and can't leave out what
will not be among the top 10.
"""

import json
import os
import sqlite3
import sys
import time

import measuring
from kinds import BY_NAME

# It scores every match, so that a few queries of a kind tell enough.
QUERIES = 25


def build(products, directory, fields):
    if fields != "single":
        raise SystemExit("only the description is indexed")
    os.makedirs(directory, exist_ok=True)
    base = sqlite3.connect(os.path.join(directory, "index.sqlite"), isolation_level=None)
    base.execute("PRAGMA journal_mode = OFF")
    base.execute("PRAGMA synchronous = OFF")
    base.execute("PRAGMA cache_size = -1000000")
    base.execute("CREATE VIRTUAL TABLE t USING fts5(description, content='', tokenize='ascii')")
    base.execute("CREATE TABLE p(id INTEGER PRIMARY KEY, brand TEXT, category TEXT, colour TEXT, price REAL, rating REAL, stock INTEGER)")
    base.execute("INSERT INTO t(t, rank) VALUES('hashsize', 268435456)")
    start, cpu = time.perf_counter(), measuring.cpu_seconds()
    base.execute("BEGIN")
    count = 0
    with open(products, encoding="ascii") as lines:
        for line in lines:
            p = json.loads(line)
            base.execute("INSERT INTO t(rowid, description) VALUES(?, ?)", (p["id"], p["description"]))
            base.execute(
                "INSERT INTO p VALUES(?, ?, ?, ?, ?, ?, ?)",
                (p["id"], p["brand"], p["category"], p["colour"], p["price"], p["rating"], p["stock"]))
            count += 1
    base.execute("INSERT INTO t(t) VALUES('optimize')")
    base.execute("CREATE INDEX p_price ON p(price)")
    base.execute("COMMIT")
    base.close()
    return {
        "documents": count, "seconds": time.perf_counter() - start, "cpu_seconds": measuring.cpu_seconds() - cpu,
        "bytes": measuring.size(directory), "segments": 1}


def matching(query):
    words = query["words"]
    return {
        "term": lambda: f'"{words[0]}"', "and": lambda: " AND ".join(f'"{w}"' for w in words),
        "or": lambda: " OR ".join(f'"{w}"' for w in words), "phrase": lambda: '"' + " ".join(words) + '"',
        "prefix": lambda: f'"{words[0]}"*',
    }[query["operation"]]()


def query(directory, queries, answers, seconds):
    base = sqlite3.connect(os.path.join(directory, "single", "index.sqlite"))
    base.execute("PRAGMA mmap_size = 8000000000")
    base.execute("PRAGMA cache_size = -1000000")

    def top(query):
        if query["operation"] == "range":
            return base.execute("SELECT id FROM p WHERE price BETWEEN ? AND ? LIMIT 10", (query["from"], query["to"])).fetchall()
        order = "" if query["operation"] == "prefix" else "ORDER BY rank "
        return base.execute(f"SELECT rowid, rank FROM t WHERE t MATCH ? {order}LIMIT 10", (matching(query),)).fetchall()

    def total(query):
        if query["operation"] == "range":
            found = base.execute("SELECT count(*) FROM p WHERE price BETWEEN ? AND ?", (query["from"], query["to"]))
        else:
            found = base.execute("SELECT count(*) FROM t WHERE t MATCH ?", (matching(query),))
        return found.fetchone()[0]

    with open(answers, "w", encoding="ascii") as out:
        for kind, asked in measuring.read_queries(queries, ("term", "and", "or", "phrase", "prefix", "range"), QUERIES).items():
            if BY_NAME[kind].facets:
                continue
            for mode in ("top", "exact") if BY_NAME[kind].prunes else ("exact",):
                calls = [(lambda q=q: (top(q), total(q))) if mode == "exact" else (lambda q=q: top(q)) for q in asked]
                for q, times in zip(asked, measuring.timed(calls, seconds)):
                    hits = [[row[0], -row[1]] for row in top(q)] if BY_NAME[kind].ranks else []
                    line = {"kind": kind, "number": q["number"], "mode": mode, "ns": times, "total": total(q), "hits": hits}
                    out.write(json.dumps(line) + "\n")
    return {"memory": measuring.memory(), "version": sqlite3.sqlite_version}


if __name__ == "__main__":
    if sys.argv[1] == "build":
        print(json.dumps(build(*sys.argv[2:5])))
    else:
        print(json.dumps(query(*sys.argv[2:5], float(sys.argv[5]))))
