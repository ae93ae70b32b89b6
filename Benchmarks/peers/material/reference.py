"""The right answers, computed without any engine: by scanning the arrays of ``tokens``.

Scores are BM25 (k1 1.2, b 0.75), once with the lengths as they are and once with lengths rounded as Lucene and Tantivy keep
them, in one byte.
"""

import json
import os

import numpy as np

import tokens as corpus_tokens
from kinds import BY_NAME

K1, B = 1.2, 0.75
# Scores that differ by less than this part count as equal.
TOLERANCE = 1e-4


def rounded_lengths(lengths):
    """Lengths as a byte with four significant bits keeps them: exact to 40, then rounded down."""
    rest = lengths - 24
    shift = np.maximum(np.floor(np.log2(np.maximum(rest, 1))).astype(np.int64) - 3, 0)
    return np.where(lengths < 24, lengths, 24 + ((rest >> shift) << shift))


class Reference:
    def __init__(self, material, words):
        self.material = material
        ordinals = {word: n for n, word in enumerate(material.words)}
        wanted = np.zeros(len(material.words), dtype=bool)
        self.ordinals = {word: ordinals[word] for word in words if word in ordinals}
        wanted[list(self.ordinals.values())] = True
        places = np.flatnonzero(wanted[material.tokens])
        tokens = material.tokens[places]
        order = np.argsort(tokens, kind="stable")
        places, tokens = places[order], tokens[order]
        bounds = np.searchsorted(tokens, np.arange(len(material.words) + 1))
        self.places = {
            word: places[bounds[n] : bounds[n + 1]] for word, n in self.ordinals.items()}
        average = len(material.tokens) / material.count
        self.norms = {
            "exact": K1 * (1 - B + B * material.lengths / average),
            "rounded": K1 * (1 - B + B * rounded_lengths(material.lengths) / average)}

    def weight(self, documents):
        return np.log(1 + (self.material.count - documents + 0.5) / (documents + 0.5))

    def postings(self, places):
        return np.unique(self.material.owners[places], return_counts=True)

    def matches(self, operation, words):
        """The products that match, and for each part of the score its weight, products and frequencies."""
        if operation == "phrase":
            first, second = (self.places[word] for word in words)
            pairs = first[np.isin(first + 1, second, assume_unique=True)]
            pairs = pairs[self.material.owners[pairs] == self.material.owners[pairs + 1]]
            documents, frequencies = self.postings(pairs)
            return documents, [(1.0, documents, frequencies)]
        parts = []
        for word in words:
            documents, frequencies = self.postings(self.places[word])
            parts.append((self.weight(len(documents)), documents, frequencies))
        matching = parts[0][1]
        for _, documents, _ in parts[1:]:
            join = np.intersect1d if operation == "and" else np.union1d
            matching = join(matching, documents)
        return matching, parts

    def answer(self, query):
        operation = query["operation"]
        if operation == "all":
            matching, parts = np.arange(self.material.count), []
        elif operation == "range":
            price = self.material.price
            matching, parts = np.flatnonzero((price >= query["from"]) & (price <= query["to"])), []
        else:
            matching, parts = self.matches(operation, query["words"])
        answer = {"kind": query["kind"], "number": query["number"], "total": len(matching)}
        if BY_NAME[query["kind"]].ranks:
            for name, norms in self.norms.items():
                answer[name] = self.best(matching, parts, norms)
        if query["facets"]:
            answer["facets"] = {
                name: np.sort(np.bincount(column[matching]))[::-1][:10].tolist()
                for name, column in self.material.columns.items()}
        return answer

    def best(self, matching, parts, norms):
        """The ten best and all that are as good as the tenth: what must be among the hits, and what may."""
        scores = np.zeros(len(matching))
        for weight, documents, frequencies in parts:
            at = np.searchsorted(matching, documents)
            at = np.minimum(at, len(matching) - 1)
            own = matching[at] == documents
            scores[at[own]] += (weight * frequencies / (frequencies + norms[documents]))[own]
        least = np.partition(scores, -10)[-10] if len(scores) > 10 else 0.0
        must, may = scores > least * (1 + TOLERANCE), scores >= least * (1 - TOLERANCE)
        if len(scores) <= 10:
            must = np.ones(len(scores), dtype=bool)
        return {"must": matching[must].tolist(), "may": matching[may & ~must][:5000].tolist()}


def write(corpus, directory):
    """Writes reference.jsonl: the answers to those queries of `directory` that have one right answer."""
    material = corpus_tokens.load(corpus)
    with open(os.path.join(directory, "queries.jsonl"), encoding="ascii") as lines:
        queries = [json.loads(line) for line in lines]
    queries = [q for q in queries if q["operation"] in ("term", "and", "or", "phrase", "all", "range")]
    reference = Reference(material, {word for query in queries for word in query.get("words", [])})
    with open(os.path.join(directory, "reference.jsonl.part"), "w", encoding="ascii") as out:
        for query in queries:
            out.write(json.dumps(reference.answer(query)) + "\n")
    os.replace(os.path.join(directory, "reference.jsonl.part"), os.path.join(directory, "reference.jsonl"))
