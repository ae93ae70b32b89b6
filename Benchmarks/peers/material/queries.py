"""Queries of every kind, drawn from a corpus; the same for the same corpus and seed."""

import json
import os

import numpy as np

import tokens as corpus_tokens
from kinds import KINDS

# The parts of all products that have a frequent, a medium and a rather frequent word.
FREQUENT, MEDIUM, RATHER = (0.04, 0.40), (0.002, 0.02), (0.03, 0.10)
SUGGESTIONS = 100_000


class Drawing:
    def __init__(self, material, corpus, count, seed):
        self.material, self.corpus, self.count = material, corpus, count
        self.random = np.random.Generator(np.random.PCG64(seed))
        self.share = material.document_counts / material.count
        self.known = set(material.words)

    def pick(self, choices):
        return choices[int(self.random.random() * len(choices))]

    def band(self, limits):
        found = np.flatnonzero((self.share >= limits[0]) & (self.share <= limits[1]))
        if len(found) < 4:
            raise SystemExit(f"the corpus has too few words that {limits} of all products have")
        return [self.material.words[n] for n in found.tolist()]

    def distinct(self, make):
        """Up to `count` different queries."""
        found = {}
        for _ in range(self.count * 50):
            query = make()
            if query is not None:
                found.setdefault(json.dumps(query, sort_keys=True), query)
            if len(found) == self.count:
                break
        return list(found.values())

    def words_of_bands(self, *bands):
        words = [self.pick(band) for band in bands]
        return {"words": words} if len(set(words)) == len(words) else None

    def phrase(self):
        place = int(self.random.random() * (len(self.material.tokens) - 1))
        pair = self.material.tokens[place : place + 2]
        owner = np.searchsorted(self.material.offsets, [place, place + 1], side="right")
        if owner[0] != owner[1] or pair[0] == pair[1] or self.share[pair].min() < 0.005:
            return None
        return {"words": [self.material.words[n] for n in pair]}

    def range(self):
        prices = self.sorted_prices
        width = 10 ** (-3 + 2 * self.random.random())
        start = self.random.random() * (1 - width)
        low, high = prices[int(start * (len(prices) - 1))], prices[int((start + width) * (len(prices) - 1))]
        return {"from": float(low), "to": float(high)} if high > low else None

    def misspelt(self, word, edits):
        letters = "abcdefghijklmnopqrstuvwxyz"
        text = list(word)
        for _ in range(edits):
            place, letter = int(self.random.random() * len(text)), self.pick(letters)
            change = int(self.random.random() * 4)
            if change == 0:
                text[place] = letter
            elif change == 1:
                text.insert(place, letter)
            elif change == 2:
                del text[place]
            elif place + 1 < len(text):
                text[place], text[place + 1] = text[place + 1], text[place]
        made = "".join(text)
        return None if made == word or made in self.known else made

    def fuzzy(self, edits, words):
        word = self.pick(words)
        made = self.misspelt(word, edits)
        return {"words": [made], "expected": word, "edits": edits} if made else None

    def prefix(self, words):
        text = self.pick(words)[:4]
        first, last = np.searchsorted(self.sorted_words, [text, text + "~"])
        # No engine then has to leave out words.
        return {"words": [text]} if len(text) == 4 and 2 <= last - first <= 150 else None

    def product(self):
        product = self.pick(self.products)
        title = corpus_tokens.terms(product["title"])
        own = corpus_tokens.terms(product["brand"]) + corpus_tokens.terms(product["category"])
        words = [self.pick(own), self.pick(title)] + ([self.pick(title)] if self.random.random() < 0.4 else [])
        return {"words": words} if len(set(words)) == len(words) else None

    def all(self):
        material = self.material
        self.sorted_prices = np.sort(material.price)
        self.sorted_words = np.sort(np.array(material.words))
        frequent, medium, rather = self.band(FREQUENT), self.band(MEDIUM), self.band(RATHER)
        # Words of letters that are long enough to be misspelt, and not so rare that nobody would look for them.
        spellable = {
            edits: [
                material.words[n] for n in np.flatnonzero(material.document_counts >= 3).tolist()
                if len(material.words[n]) >= least and material.words[n].isalpha()
            ]
            for edits, least in ((1, 5), (2, 8))
        }
        self.products = self.sample(20_000)
        self.suggestions = self.suggestion_texts()
        yield "term", self.distinct(lambda: self.words_of_bands(frequent))
        yield "and", self.distinct(lambda: self.words_of_bands(frequent, frequent))
        yield "or", self.distinct(lambda: self.words_of_bands(frequent, frequent))
        yield "or_mixed", self.distinct(lambda: self.words_of_bands(frequent, medium, medium))
        yield "phrase", self.distinct(self.phrase)
        yield "term_facets", self.distinct(lambda: self.words_of_bands(rather))
        yield "or_facets", self.distinct(lambda: self.words_of_bands(frequent, rather))
        yield "all_facets", [{}]
        yield "range", self.distinct(self.range)
        yield "fuzzy1", self.distinct(lambda: self.fuzzy(1, spellable[1]))
        yield "fuzzy2", self.distinct(lambda: self.fuzzy(2, spellable[2]))
        yield "prefix", self.distinct(lambda: self.prefix(medium))
        products = self.distinct(self.product)
        yield "product", products
        yield "product_facets", products
        yield "complete", self.distinct(lambda: self.beginning(0))
        yield "complete_fuzzy", self.distinct(lambda: self.beginning(1))
        yield "spell1", self.distinct(lambda: self.fuzzy(1, spellable[1]))
        yield "spell2", self.distinct(lambda: self.fuzzy(2, spellable[2]))

    def sample(self, count):
        wanted = set((self.random.random(count) * self.material.count).astype(np.int64).tolist())
        with open(self.corpus, encoding="ascii") as lines:
            return [json.loads(line) for number, line in enumerate(lines) if number in wanted]

    def suggestion_texts(self):
        """What people searched for, with how often: words of titles, with a brand or without."""
        found = {}
        for _ in range(SUGGESTIONS * 20):
            product = self.pick(self.products)
            title = corpus_tokens.terms(product["title"])
            words = [title[0]] if self.random.random() < 0.5 else []
            words += [self.pick(title) for _ in range(1 + int(self.random.random() * 2))]
            text = " ".join(dict.fromkeys(words))
            if text not in found:
                found[text] = int(1_000_000 / (1 + len(found)) ** 0.8) + 1
                if len(found) == SUGGESTIONS:
                    break
        return found

    def beginning(self, edits):
        if not hasattr(self, "texts"):
            self.texts = list(self.suggestions)
        # What is often searched for is often typed.
        text = self.texts[int(len(self.texts) * self.random.random() ** 2)]
        beginning = text[: 2 + int(self.random.random() * 8)]
        if edits:
            beginning = self.misspelt(text[: 5 + int(self.random.random() * 5)], 1)
        return {"text": beginning, "edits": edits} if beginning and beginning.strip() == beginning else None


def write(corpus, directory, count, seed):
    """Writes queries.jsonl, suggestions.tsv and words.tsv into `directory`."""
    material = corpus_tokens.load(corpus)
    drawing = Drawing(material, corpus, count, seed)
    with open(os.path.join(directory, "queries.jsonl.part"), "w", encoding="ascii") as out:
        by_name = {kind.name: kind for kind in KINDS}
        for name, queries in drawing.all():
            kind = by_name[name]
            for number, query in enumerate(queries):
                out.write(json.dumps({
                    "kind": name, "number": number, "operation": kind.operation, "index": kind.index,
                    "facets": kind.facets, **query}) + "\n")
    with open(os.path.join(directory, "suggestions.tsv"), "w", encoding="ascii") as out:
        out.writelines(f"{text}\t{weight}\n" for text, weight in drawing.suggestions.items())
    with open(os.path.join(directory, "words.tsv"), "w", encoding="ascii") as out:
        out.writelines(
            f"{word}\t{count}\n" for word, count in zip(material.words, material.document_counts.tolist()) if word.isalpha())
    os.replace(os.path.join(directory, "queries.jsonl.part"), os.path.join(directory, "queries.jsonl"))
