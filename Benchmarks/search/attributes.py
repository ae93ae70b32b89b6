"""What many names of attributes cost: search-attributes [--products N] [--names N,N,...] ..."""

import argparse
import json

import agreement
import compare
import report
import table

ATTRIBUTES = 8
KINDS = (
    ("one", "facet over one name, all products"),
    ("one_of_hits", "facet over one name, of a word's hits"),
    ("value", "filter by a name's value"),
    ("range", "filter by a name's range of numbers"),
    ("names", "facet over all names, all products"),
    ("names_of_hits", "facet over all names, of a word's hits"),
    ("value_names", "filter by a value, facet over all names"),
)


def variants(names, values):
    """Names and values of each: those asked for, then eight names with as many pairs as each of these."""
    for count in names:
        yield count, values
    if ATTRIBUTES not in names:
        yield ATTRIBUTES, values
    for count in names:
        if count > ATTRIBUTES:
            yield ATTRIBUTES, -(-count * values // ATTRIBUTES)


def measured(names, values, options):
    place = compare.HOME / "attributes" / f"{options.products}-{names}-{values}"
    catalogue = ["--products", options.products, "--names", names, "--values", values, "--seed", options.seed]
    report.say(f"{names:,} names with {values:,} values each: building")
    built = report.runner(options.runner, "attributes", "build", report.emptied(place), *catalogue)
    answers = place.parent / "answers.jsonl"
    report.say("querying")
    told = report.runner(
        options.runner, "attributes", "query", place, answers, options.seconds, "--queries", options.queries, *catalogue)
    found = agreement.read(answers)
    kinds = {kind: table.times(found[kind, "exact"]) for kind, _ in KINDS if (kind, "exact") in found}
    report.emptied(place)
    return {"names": names, "values": values, **built, **told, "kinds": kinds}


def rows(results, products):
    yield ["names × values"] + [f"{result['names']:,} × {result['values']:,}" for result in results]

    def line(title, shown):
        return [title] + [shown(result) for result in results]

    yield line("distinct pairs in the catalogue", lambda result: f"{result['pairs']:,}")
    yield line("build", lambda result: report.duration(result["seconds"] * 1e6))
    yield line("products a second", lambda result: f"{products / result['seconds']:,.0f}")
    yield line("products a CPU second", lambda result: f"{products / result['cpu_seconds']:,.0f}")
    yield line("most memory while building", lambda result: report.size(result["peak_memory"]))
    yield line("on disk", lambda result: report.size(result["bytes"]))
    yield line("bytes a product", lambda result: f"{result['bytes'] / products:.0f}")
    yield line("segments", lambda result: str(result["segments"]))
    yield line("opened", lambda result: report.duration(result["opened"] * 1e6))
    yield line("resident after all queries, own", lambda result: report.size(result["memory"]["own"]))
    yield line("resident after all queries, of files", lambda result: report.size(result["memory"]["files"]))
    for kind, title in KINDS:
        def shown(result):
            taken = result["kinds"].get(kind)
            return f"{report.duration(taken['median'])} / {report.duration(taken['p99'])}" if taken else "-"
        yield line(f"{title}, p50 / p99", shown)


NOTES = """
{products:,} products, each with {attributes} attributes drawn evenly from the names and values, every fourth name with numbers, and four
of 100 words as title; nothing is stored. The columns of {attributes} names at the end have as many pairs as those with many names, so that
what remains between them is the cost of names. Right numbers of hits and counts of facets are counted without the index;
a wrong answer ends the run. p50 / p99: over up to {queries} queries, of each one's median of up to five runs, one thread, warm; all
names of all products are one query. {machine}."""


def counts(text):
    try:
        found = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise argparse.ArgumentTypeError(f"numbers of names by commas, not {text}") from None
    if not found or found[0] < 1:
        raise argparse.ArgumentTypeError("there is at least one name")
    return found


def main():
    options = argparse.ArgumentParser(prog="search-attributes", description=__doc__)
    options.add_argument("--products", type=int, default=200_000)
    options.add_argument("--names", type=counts, default="1,1000,10000", help="distinct names, by commas")
    options.add_argument("--values", type=int, default=50, help="distinct values of a name")
    options.add_argument("--seconds", type=float, default=3, help="how long a kind is warmed up, and timed, at most")
    options.add_argument("--queries", type=int, default=200, help="queries of each kind")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", help="a file to write all figures to")
    options.add_argument("--runner", required=True, help=argparse.SUPPRESS)
    options = options.parse_args()
    results = [measured(names, values, options) for names, values in variants(options.names, options.values)]
    if options.json:
        with open(options.json, "w", encoding="ascii") as out:
            json.dump(results, out, indent=1)
    for line in report.markdown(list(rows(results, options.products))):
        print(line)
    print(NOTES.format(
        products=options.products, attributes=ATTRIBUTES, queries=options.queries, machine=report.machine()))


if __name__ == "__main__":
    main()
