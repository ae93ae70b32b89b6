"""What searches take while the catalogue changes, and how soon changes are seen: search-load [--products N] ..."""

import argparse
import json

import compare
import report
from kinds import BY_NAME

PHASES = ("alone", "changing", "after")
# The most by which the 99th percentile may rise, and the most that a change may take to be seen.
MOST_RISE, MOST_MICROSECONDS = 1.5, 1e6


def title(kind):
    if kind == "all":
        return "all searches"
    return BY_NAME[kind].title if kind in BY_NAME else "product search + filter by live stock + 3 facets"


def three(taken):
    return " / ".join(report.duration(taken[part]) for part in ("p50", "p99", "max")) if taken["count"] else "-"


def searches(result):
    phases = result["phases"]
    yield ["p50 / p99 / max", "alone", "while it changes", "after it", "p99, changing to alone"]
    for kind in phases["alone"]:
        if kind in ("cpu_share", "segments"):
            continue
        taken = [phases[phase][kind] for phase in PHASES]
        ratio = f"{taken[1]['p99'] / taken[0]['p99']:.2f}" if taken[0]["p99"] and taken[1]["count"] else "-"
        yield [title(kind), *map(three, taken), ratio]
    yield ["searches"] + [f"{phases[phase]['all']['count']:,}" for phase in PHASES] + [""]
    yield ["cores busy"] + [f"{phases[phase]['cpu_share']:.2f}" for phase in PHASES] + [""]
    yield ["segments at the end"] + [str(phases[phase]["segments"]) for phase in PHASES] + [""]


def changes(result, options):
    told = result["changes"]
    yield ["changes", ""]
    yield ["stock, a second", f"{told['stock']:,.0f} of {options.stock:,}"]
    yield ["products, a second", f"{told['products']:,.0f} of {options.updates:,}"]
    yield ["given up", f"{told['backlog']:,}"]
    yield ["from a change to the snapshot that has it, p50 / p99 / max", three(told["visible"])]
    yield ["refreshes, p50 / p99 / max", f"{told['refreshes']['count']:,}: {three(told['refreshes'])}"]
    yield ["checkpoints hold the writer, p50 / p99 / max", f"{told['checkpoints']['count']:,}: {three(told['checkpoints'])}"]
    yield ["checkpoints are written, p50 / p99 / max", three(told["checkpoints_written"])]
    yield ["most segments", str(told["most_segments"])]
    rise = result["phases"]["changing"]["all"]["p99"] / result["phases"]["alone"]["all"]["p99"]
    yield [f"goal: p99 of all searches at most ×{MOST_RISE}", f"×{rise:.2f}, {'met' if rise < MOST_RISE else 'NOT MET'}"]
    seen = told["visible"]["max"]
    is_met = seen < MOST_MICROSECONDS and told["backlog"] == 0
    yield ["goal: every change seen within a second", f"{report.duration(seen)}, {'met' if is_met else 'NOT MET'}"]


NOTES = """
{products:,} products, stored as JSON, of which {built:.0f} s were spent building; four live columns. Searches: words, either of two words,
and products, each with three facets, 200 different ones of each kind, the last also with a filter by live stock; and once
in a round the facets of all products. {readers} at a time, {pace}.
Beside them one thread changes the catalogue. A change of stock sets the four live numbers; a change of a product reads its
JSON, changes the price and indexes it anew. Changes come every 10 ms; what is there is applied, and shown once no more is
there or 50 ms after the last time; a checkpoint every {checkpoint:g} s. Each phase takes {seconds:g} s; what came in it is still applied
after it. Each snapshot is checked for the last changes before it. Resident at the end: {own} own, {files} of files.
{machine}: where as many threads are busy as there are cores, they wait for each other."""


def main():
    options = argparse.ArgumentParser(prog="search-load", description=__doc__)
    options.add_argument("--products", type=int, default=1_000_000)
    options.add_argument("--seconds", type=float, default=30, help="how long each phase takes")
    options.add_argument("--readers", type=int, default=1, help="threads that search")
    options.add_argument("--searches", type=float, default=0, help="searches a second; 0 for as many as can be")
    options.add_argument("--stock", type=int, default=20_000, help="changes of stock a second")
    options.add_argument("--updates", type=int, default=2000, help="changes of products a second")
    options.add_argument("--checkpoint", type=float, default=5, help="seconds between checkpoints")
    options.add_argument("--queries", type=int, default=200, help="queries of each kind, where they are not made yet")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", help="a file to write all figures to")
    options.add_argument("--runner", required=True, help=argparse.SUPPRESS)
    options = options.parse_args()
    directory = compare.generated(options.products, options.queries, options.seed)
    place = report.emptied(directory / "load")
    report.say(f"{options.products:,} products: building, then {len(PHASES)} phases of {options.seconds:g} s")
    told = [
        part for name in ("seconds", "readers", "searches", "stock", "updates", "checkpoint", "seed")
        for part in (f"--{name}", getattr(options, name))
    ]
    result = report.runner(
        options.runner, "load", directory / "products.jsonl", directory / "queries.jsonl", place, *told)
    report.emptied(place)
    if options.json:
        with open(options.json, "w", encoding="ascii") as out:
            json.dump(result, out, indent=1)
    for rows in (searches(result), changes(result, options)):
        for line in report.markdown(list(rows)):
            print(line)
        print()
    print(NOTES.strip().format(
        pace=f"{options.searches:g} searches a second, timed from when each was due" if options.searches
        else "one right after the other",
        products=options.products, built=result["built"], readers=options.readers, checkpoint=options.checkpoint,
        seconds=options.seconds, own=report.size(result["memory"]["own"]), files=report.size(result["memory"]["files"]),
        machine=report.machine()))


if __name__ == "__main__":
    main()
