"""The comparison as a table, and as JSON."""

import agreement
from kinds import KINDS

ENGINES = ("xopix", "tantivy", "lucene", "sqlite", "symspell")
# The peers that goals are set by; SQLite is shown for orientation.
JUDGED_BY = ("tantivy", "lucene", "symspell")
MARKS = {"xopix": "X", "tantivy": "T", "lucene": "L", "sqlite": "Q", "symspell": "S"}
MODES = {"top": "top 10", "exact": "top 10 and totals"}


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def times(answers):
    """Microseconds: median and 99th percentile over the queries, of each query's median run, so that what else the machine does
    in one run counts little; `p99_of_runs` is over every run."""
    runs = [[ns / 1000 for ns in answer["ns"]] for answer in answers.values() if answer["ns"]]
    if not runs:
        return None
    medians = [percentile(taken, 0.5) for taken in runs]
    return {
        "median": percentile(medians, 0.5), "p99": percentile(medians, 0.99),
        "p99_of_runs": percentile([us for taken in runs for us in taken], 0.99)}


def lines(answers, expected):
    """A line for each kind and mode: times, ratios and agreement of each engine."""
    reference = answers["reference"]
    checks = {name: agreement.Agreement(answers[name], reference) for name in ENGINES}
    for kind in KINDS:
        for mode in ("top", "exact") if kind.prunes else ("exact",):
            found = {name: times(answers[name].get((kind.name, mode), {})) for name in ENGINES}
            found = {name: taken for name, taken in found.items() if taken}
            if not found:
                continue
            line = {
                "kind": kind.name, "mode": mode, "title": kind.title + (", " + MODES[mode] if kind.prunes else ""),
                "times": found, "goal": kind.goal, "agreement": {}}
            peers = {name: taken for name, taken in found.items() if name in JUDGED_BY}
            if "xopix" in found and peers:
                line["ratio"] = {
                    part: found["xopix"][part] / max(1e-3, min(taken[part] for taken in peers.values()))
                    for part in ("median", "p99")}
                line["met"] = all(ratio <= kind.goal for ratio in line["ratio"].values())
            for name in found:
                line["agreement"][name] = {
                    part: value for part, value in checked(checks, name, kind, mode, expected).items() if value is not None}
            yield line


def checked(checks, name, kind, mode, expected):
    check = checks[name]
    result = {}
    if kind.operation == "spell":
        result["right"] = check.accuracy(kind.name, expected)
    elif check.reference.get((kind.name, "exact")):
        result["totals"] = check.totals(kind.name)
        if kind.facets:
            result["facets"] = check.facets(kind.name)
        if kind.ranks:
            result["hits"] = check.hits(kind.name, mode, "exact")
            result["hits, rounded lengths"] = check.hits(kind.name, mode, "rounded")
    elif kind.operation != "complete" and name != "lucene":
        result["totals of lucene"] = check.against(checks["lucene"], kind.name)
    return result


def microseconds(value):
    return f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def percent(value):
    return f"{100 * value:.0f}"


def told(parts):
    """`totals/hits` in percent; hits by the lengths that the engine keeps."""
    if not parts:
        return ""
    if "right" in parts:
        return percent(parts["right"]) + " right"
    if "totals of lucene" in parts:
        return percent(parts["totals of lucene"]) + "*"
    hits = [parts[part] for part in ("hits", "hits, rounded lengths") if part in parts]
    marks = [percent(parts["totals"])] if "totals" in parts else []
    if hits:
        rounded = parts.get("hits, rounded lengths", 0) > parts.get("hits", 0)
        marks.append(percent(max(hits)) + ("r" if rounded else ""))
    if "facets" in parts:
        marks.append(percent(parts["facets"]))
    return "/".join(marks)


def grid(rows):
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    ruler = ["-" * width for width in widths]
    for row in [rows[0], ruler, *rows[1:]]:
        yield "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths))).rstrip()


def text(result):
    """The whole comparison for a terminal."""
    names = [name for name in ENGINES if any(name in line["times"] for line in result["queries"])]
    rows = [["microseconds, median / p99"] + names + ["ratio", "goal", "met", "agreement, %"]]
    for line in result["queries"]:
        row = [line["title"]]
        for name in names:
            taken = line["times"].get(name)
            row.append(f"{microseconds(taken['median'])} / {microseconds(taken['p99'])}" if taken else "-")
        ratio = line.get("ratio")
        row.append(f"{ratio['median']:.2f} / {ratio['p99']:.2f}" if ratio else "-")
        row.append(f"{line['goal']:g}")
        row.append(("yes" if line["met"] else "NO") if "met" in line else "-")
        agreed = [f"{MARKS[name]} {told(line['agreement'].get(name))}" for name in names if line["agreement"].get(name)]
        row.append(", ".join(agreed))
        rows.append(row)
    yield from grid(rows)
    yield ""
    rows = [["index"] + ["products/s, one core", "products a CPU second", "bytes a product", "segments"]]
    for build in result["builds"]:
        rows.append([
            f"{build['engine']}, {build['fields']}", f"{build['documents'] / build['seconds']:,.0f}",
            f"{build['documents'] / build['cpu_seconds']:,.0f}", f"{build['bytes'] / build['documents']:.0f}",
            str(build["segments"])])
    yield from grid(rows)
    yield ""
    rows = [["resident after the queries, MB"] + ["own", "of files", "version"]]
    for name, told_of in result["engines"].items():
        memory = told_of["memory"]
        rows.append([name, f"{memory['own'] / 1e6:.0f}", f"{memory['files'] / 1e6:.0f}", str(told_of.get("version", ""))])
    yield from grid(rows)
    yield ""
    yield from NOTES.splitlines()


NOTES = """\
ratio: Xopix to the fastest of Tantivy, Lucene and SymSpell, median and p99 each; met: both at most the goal.
agreement: for each engine (Q is SQLite) the percentage of queries with the right totals / the right ten best, but for
  scores within 1e-4 / the right facets. r: by BM25 with lengths rounded to a byte, as Tantivy and Lucene keep them; else by
  lengths as they are. *: totals that are Lucene's, where there is no one right answer. SQLite weighs words otherwise.
median / p99: over the queries, of each query's median of up to five runs.
top 10: without exact totals, so that an engine may leave out what can't be among the ten; top 10 and totals: with them.
Facets: Tantivy only counts, its package can't rank in the same pass; Xopix and Lucene rank too. Tantivy's times are less what a
  call through Python costs. Fuzzy: Lucene takes the 50 best words, Tantivy all, unranked; Xopix corrects to the best word.
single: the description as text, and all columns; multi: also title, brand and category as text. Nothing is stored.
Xopix's single index also holds the words that it spells by. Lucene's own memory is its heap in use, without the JVM."""
