"""Whether engines found the same: the same totals, the same ten best but for ties, the same facets."""

import collections
import json
import os

ENGINES_WITH_ROUNDED_LENGTHS = ("tantivy", "lucene")


def read(path):
    """Answers by kind and mode, in the order of the queries."""
    answers = collections.defaultdict(dict)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                answer = json.loads(line)
                answers[answer["kind"], answer.get("mode", "exact")][answer["number"]] = answer
    return answers


def same_hits(hits, best):
    """Every hit is among those that may be, and none of those that must be is missing."""
    found = {int(hit[0]) for hit in hits}
    must = set(best["must"])
    return must <= found and found <= must | set(best["may"]) and len(found) == min(10, len(must) + len(best["may"]))


class Agreement:
    """How many of an engine's answers to a kind of query are the right ones."""

    def __init__(self, answers, reference):
        self.answers, self.reference = answers, reference

    def share(self, values):
        values = list(values)
        return sum(values) / len(values) if values else None

    def pairs(self, kind, mode):
        right = self.reference.get((kind, "exact"), {})
        return [(answer, right[number]) for number, answer in self.answers.get((kind, mode), {}).items() if number in right]

    def totals(self, kind):
        return self.share(mine["total"] == right["total"] for mine, right in self.pairs(kind, "exact"))

    def hits(self, kind, mode, lengths):
        """By the reference with lengths as they are (`exact`) or as one byte keeps them (`rounded`)."""
        return self.share(same_hits(mine["hits"], right[lengths]) for mine, right in self.pairs(kind, mode) if lengths in right)

    def facets(self, kind):
        return self.share(
            all(mine["facets"][name] == counts for name, counts in right["facets"].items())
            for mine, right in self.pairs(kind, "exact") if "facets" in mine and "facets" in right)

    def against(self, other, kind):
        """For kinds with no reference: how many totals are another engine's."""
        mine, theirs = self.answers.get((kind, "exact"), {}), other.answers.get((kind, "exact"), {})
        return self.share(
            mine[n]["total"] == theirs[n]["total"] for n in mine if n in theirs and "total" in mine[n] and "total" in theirs[n])

    def accuracy(self, kind, expected):
        """How many misspelt words were put right."""
        return self.share(
            answer.get("best") == expected[kind, number] for number, answer in self.answers.get((kind, "exact"), {}).items())
