"""The kinds of query: what they are called, on which index they run, and what Xopix is to reach."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    name: str
    title: str
    # How a query is put: term, and, or, phrase, all, range, fuzzy, prefix, product, complete, spell.
    operation: str
    # "single" has the description alone as text; "multi" also title, brand and category.
    index: str = "single"
    facets: bool = False
    # Whether to measure it also without exact totals, so that an engine may leave out what can't be among the top 10.
    prunes: bool = False
    # The most that Xopix may take, as a part of the fastest peer's time.
    goal: float = 0.5
    # Whether scores are compared: elsewhere each engine ranks by its own rules, or not at all.
    ranks: bool = False
    edits: int = 0


KINDS = [
    Kind("term", "one frequent term", "term", prunes=True, ranks=True),
    Kind("and", "AND of two frequent", "and", prunes=True, ranks=True),
    Kind("or", "OR of two frequent", "or", prunes=True, ranks=True),
    Kind("or_mixed", "OR of frequent, medium, medium", "or", prunes=True, ranks=True),
    Kind("phrase", "phrase of two", "phrase", prunes=True, ranks=True),
    Kind("term_facets", "term + 3 facets", "term", facets=True, goal=0.25, ranks=True),
    Kind("or_facets", "OR of two + 3 facets", "or", facets=True, goal=0.25, ranks=True),
    Kind("all_facets", "all documents + 3 facets", "all", facets=True, goal=0.25),
    Kind("range", "numeric range", "range", prunes=True),
    Kind("fuzzy1", "fuzzy, 1 edit", "fuzzy", edits=1),
    Kind("fuzzy2", "fuzzy, 2 edits", "fuzzy", edits=2),
    Kind("prefix", "beginning of a word", "prefix"),
    Kind("product", "product search, 4 fields", "product", index="multi", prunes=True, goal=0.25),
    Kind("product_facets", "product search, 4 fields + 3 facets", "product", index="multi", facets=True, goal=0.25),
    Kind("complete", "autocomplete, 100 k suggestions", "complete", index="suggestions"),
    Kind("complete_fuzzy", "autocomplete with 1 edit", "complete", index="suggestions", edits=1),
    Kind("spell1", "spelling, 1 edit", "spell", index="words", goal=0.25, edits=1),
    Kind("spell2", "spelling, 2 edits", "spell", index="words", goal=0.25, edits=2),
]

BY_NAME = {kind.name: kind for kind in KINDS}
# How much a word in each field counts in product searches.
WEIGHTS = {"title": 5, "brand": 3, "category": 2, "description": 1}
