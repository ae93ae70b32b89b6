"""How the cost of searching grows with the catalogue: search-scale [--sizes N,N,...] [--seconds S] ..."""

import argparse
import json
import statistics

import agreement
import compare
import report
import table
from kinds import KINDS

FIELDS = ("single", "multi")
# Processes that open an index, of which the median counts.
OPENINGS = 5


def measured(products, options):
    directory = compare.generated(products, options.queries, options.seed)
    place = directory / "scale"
    result = {"products": products, "builds": {}, "opened": {}}
    for fields in FIELDS:
        report.say(f"{products:,} products: building the index {fields}")
        result["builds"][fields] = report.runner(
            options.runner, "build", directory / "products.jsonl", report.emptied(place / fields), fields)
        opened = [
            report.runner(options.runner, "open", place / fields, fields, directory / "queries.jsonl")
            for _ in range(OPENINGS)
        ]
        result["opened"][fields] = {
            part: statistics.median(each[part] for each in opened) for part in ("opened", "answered", "all")}
        found = {result["builds"][fields]["documents"], *(each["documents"] for each in opened)}
        if found != {products}:
            raise SystemExit(f"the index {fields} of {products} products has {found} documents")
    report.say(f"{products:,} products: querying")
    answers = place / "answers.jsonl"
    told = report.runner(
        options.runner, "query", place, directory / "queries.jsonl", answers, options.seconds, "none")
    result["memory"] = told["memory"]
    found = agreement.read(answers)
    result["kinds"] = {
        kind.name: table.times(found[kind.name, "exact"]) for kind in KINDS if (kind.name, "exact") in found}
    if not options.keep:
        report.emptied(place)
    return result


def rows(results):
    first, last = results[0], results[-1]
    grows = len(results) > 1
    heading = ["products"] + [f"{result['products']:,}" for result in results]
    yield heading + ([f"×{last['products'] / first['products']:,.0f} costs"] if grows else [])

    def line(title, values, shown, growth=True):
        cells = [shown(value) for value in values]
        ratio = values[-1] / values[0] if growth and values[0] else None
        return [title, *cells] + ([f"×{report.rounded(ratio)}" if ratio is not None else ""] if grows else [])

    for fields in FIELDS:
        builds = [result["builds"][fields] for result in results]
        openings = [result["opened"][fields] for result in results]
        yield line(f"{fields}: build", [build["seconds"] * 1e6 for build in builds], report.duration)
        yield line(f"{fields}: build, CPU time", [build["cpu_seconds"] * 1e6 for build in builds], report.duration)
        yield line(
            f"{fields}: products a second", [build["documents"] / build["seconds"] for build in builds],
            lambda value: f"{value:,.0f}")
        yield line(
            f"{fields}: products a CPU second", [build["documents"] / build["cpu_seconds"] for build in builds],
            lambda value: f"{value:,.0f}")
        yield line(f"{fields}: most memory while building", [build["peak_memory"] for build in builds], report.size)
        yield line(f"{fields}: on disk", [build["bytes"] for build in builds], report.size)
        yield line(
            f"{fields}: bytes a product", [build["bytes"] / build["documents"] for build in builds],
            lambda value: f"{value:.0f}")
        yield line(f"{fields}: segments", [build["segments"] for build in builds], str, growth=False)
        yield line(f"{fields}: opened", [opening["opened"] * 1e6 for opening in openings], report.duration)
        yield line(
            f"{fields}: opened, first answer", [opening["answered"] * 1e6 for opening in openings], report.duration)
        yield line(
            f"{fields}: opened, an answer of each kind", [opening["all"] * 1e6 for opening in openings], report.duration)
    for part, title in (("own", "own"), ("files", "of files")):
        yield line(
            f"resident after all queries, {title}", [result["memory"][part] for result in results], report.size)
    for kind in KINDS:
        if not all(kind.name in result["kinds"] for result in results):
            continue
        taken = [result["kinds"][kind.name] for result in results]
        cells = [f"{report.duration(each['median'])} / {report.duration(each['p99'])}" for each in taken]
        growth = [f"×{report.rounded(taken[-1][part] / taken[0][part])}" for part in ("median", "p99")]
        yield [f"{kind.title}, p50 / p99", *cells] + ([" / ".join(growth)] if grows else [])


NOTES = """
One column is one catalogue, of the same generator; queries are drawn from it, with words that as large a part of it has.
single: the description is text; multi: title, brand and category too; both have six columns, and store nothing else.
Builds use all cores; products a CPU second tell what one core does. Opened: in a process of its own, files in the page cache,
from nothing to a snapshot; median of {openings}. p50 / p99: over the queries, of each query's median of up to five runs, one
thread, warm, exact totals. Resident: both indexes, the suggestions, and what all kinds of query made. Suggestions are 100,000
in every column. {machine}."""


def sizes(text):
    try:
        found = sorted({int(part) for part in text.split(",")})
    except ValueError:
        raise argparse.ArgumentTypeError(f"numbers of products by commas, not {text}") from None
    if not found or found[0] < 5000:
        raise argparse.ArgumentTypeError("a catalogue has at least 5,000 products, or too few words are frequent")
    return found


def main():
    options = argparse.ArgumentParser(prog="search-scale", description=__doc__)
    options.add_argument("--sizes", type=sizes, default="10000,100000,1000000,4000000", help="products, by commas")
    options.add_argument("--seconds", type=float, default=3, help="how long a kind is warmed up, and timed, at most")
    options.add_argument("--queries", type=int, default=200, help="queries of each kind, where they are not made yet")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", action="store_true", help="leave the indexes on disk")
    options.add_argument("--json", help="a file to write all figures to")
    options.add_argument("--runner", required=True, help=argparse.SUPPRESS)
    options = options.parse_args()
    results = [measured(products, options) for products in options.sizes]
    if options.json:
        with open(options.json, "w", encoding="ascii") as out:
            json.dump(results, out, indent=1)
    for line in report.markdown(list(rows(results))):
        print(line)
    print(NOTES.format(openings=OPENINGS, machine=report.machine()))


if __name__ == "__main__":
    main()
