"""SymSpell through symspellpy, over the corpus's words.

    symspell_peer.py query DIRECTORY QUERIES ANSWERS SECONDS

DIRECTORY holds words.tsv.
"""

import json
import os
import sys
import time
from importlib.metadata import version

from symspellpy import SymSpell, Verbosity

import measuring


def query(directory, queries, answers, seconds):
    start = time.perf_counter()
    speller = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    speller.load_dictionary(os.path.join(directory, "words.tsv"), term_index=0, count_index=1, separator="\t")
    took = time.perf_counter() - start
    with open(answers, "w", encoding="ascii") as out:
        for kind, asked in measuring.read_queries(queries, ("spell",)).items():
            calls = [lambda q=q: speller.lookup(q["words"][0], Verbosity.TOP, max_edit_distance=2) for q in asked]
            for q, call, times in zip(asked, calls, measuring.timed(calls, seconds)):
                found = call()
                line = {
                    "kind": kind, "number": q["number"], "mode": "exact", "ns": times,
                    "best": found[0].term if found else None}
                out.write(json.dumps(line) + "\n")
    return {"memory": measuring.memory(), "seconds": took, "version": version("symspellpy")}


if __name__ == "__main__":
    print(json.dumps(query(*sys.argv[2:5], float(sys.argv[5]))))
