"""What a corpus says, as arrays: the words of all descriptions in order, and the columns. Read from the JSON lines, as the engines do."""

import functools
import json
import os
import re

import numpy as np

COLUMNS = ("brand", "category", "colour")
WORD = re.compile("[a-z0-9]+")


def terms(text):
    """Lower-cased runs of ASCII letters and digits: the tokens of every engine."""
    return WORD.findall(text.lower())


class Tokens:
    """`tokens[offsets[d]:offsets[d + 1]]` are the ordinals of product d's words; `words[ordinal]` is the word."""

    def __init__(self, arrays, words, values):
        self.tokens, self.offsets, self.price = arrays["tokens"], arrays["offsets"], arrays["price"]
        self.columns = {name: arrays[name] for name in COLUMNS}
        self.values, self.words = values, words
        self.count = len(self.offsets) - 1
        self.lengths = np.diff(self.offsets)
        self.document_counts = arrays["document_counts"]

    @functools.cached_property
    def owners(self):
        """For each place of `tokens` the product in which it is."""
        return np.repeat(np.arange(self.count, dtype=np.int32), self.lengths)


def load(corpus):
    """The arrays of the corpus at `corpus`, kept beside it."""
    kept = corpus + ".tokens"
    if not os.path.exists(kept + ".json"):
        _read(corpus, kept)
    with open(kept + ".json", encoding="ascii") as file:
        told = json.load(file)
    return Tokens(np.load(kept + ".npz"), told["words"], told["values"])


def _read(corpus, kept):
    ordinals, values = {}, {name: {} for name in COLUMNS}
    blocks, block, lengths, prices = [], [], [], []
    codes = {name: [] for name in COLUMNS}
    with open(corpus, encoding="ascii") as lines:
        for line in lines:
            product = json.loads(line)
            found = [ordinals.setdefault(word, len(ordinals)) for word in terms(product["description"])]
            block += found
            lengths.append(len(found))
            prices.append(product["price"])
            for name in COLUMNS:
                known = values[name]
                codes[name].append(known.setdefault(product[name], len(known)))
            if len(block) > 1_000_000:
                blocks.append(np.array(block, dtype=np.uint32))
                block = []
    tokens = np.concatenate(blocks + [np.array(block, dtype=np.uint32)])
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.array(lengths, dtype=np.int64))])
    counts = np.zeros(len(ordinals), dtype=np.int64)
    for first in range(0, len(lengths), 50_000):
        part = lengths[first : first + 50_000]
        owner = np.repeat(np.arange(len(part), dtype=np.int64), part)
        distinct = np.unique(owner * len(ordinals) + tokens[offsets[first] : offsets[first + len(part)]])
        counts += np.bincount(distinct % len(ordinals), minlength=len(ordinals))
    np.savez(
        kept + ".npz", tokens=tokens, offsets=offsets, document_counts=counts, price=np.array(prices),
        **{name: np.array(codes[name], dtype=np.int32) for name in COLUMNS})
    with open(kept + ".json.part", "w", encoding="ascii") as out:
        json.dump({"words": list(ordinals), "values": {name: list(values[name]) for name in COLUMNS}}, out)
    os.replace(kept + ".json.part", kept + ".json")
