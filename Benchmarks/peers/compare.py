"""Compares Xopix's search engine with Tantivy, Lucene, SQLite and SymSpell: compare.py [--products N] [--corpus NAME] ..."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

import agreement
import table
from kinds import KINDS

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HOME = ROOT / ".build" / "peers"
sys.path.append(str(HERE / "material"))
import corpus  # noqa: E402
import debian  # noqa: E402
import queries  # noqa: E402
import reference  # noqa: E402

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(str(HERE / part) for part in (".", "material", "engines"))}


def say(text):
    print(text, file=sys.stderr, flush=True)


def kept(name):
    file = HOME / name
    return file.read_text().strip() if file.exists() else None


class Engine:
    """An engine as a program with the commands `build` and `query`."""

    def __init__(self, name, command, fields):
        self.name, self.command, self.fields = name, command, fields

    def run(self, *arguments, core=None):
        pinned = ["taskset", "-c", str(core)] if core is not None else []
        done = subprocess.run(
            pinned + self.command + [str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=ENVIRONMENT)
        if done.returncode:
            raise RuntimeError(f"{self.name} {' '.join(str(a) for a in arguments)} failed:\n{done.stderr}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def build(self, directory, again):
        """What building the indexes took; kept beside them."""
        for fields in self.fields:
            target = directory / self.name / fields
            note = directory / self.name / f"{fields}.json"
            if again or not note.exists():
                shutil.rmtree(target, ignore_errors=True)
                target.parent.mkdir(exist_ok=True)
                say(f"building {self.name}'s index, {fields}")
                # One core for everything: threads, garbage collection and compiling are charged to the engine.
                note.write_text(json.dumps(self.run("build", directory / "products.jsonl", target, fields, core=1)))
            yield {"engine": self.name, "fields": fields, **json.loads(note.read_text())}

    def query(self, directory, seconds):
        say(f"querying {self.name}")
        extra = [",".join(kind.name for kind in KINDS if kind.prunes)] if self.name in ("lucene", "xopix") else []
        place = directory if self.name in ("symspell", "suggest") else directory / self.name
        return self.run("query", place, directory / "queries.jsonl", directory / f"{self.name}.answers.jsonl", seconds, *extra)


def engines(xopix):
    python = str(HOME / "venv" / "bin" / "python")
    yield Engine("xopix", [xopix], ["single", "multi"])
    yield Engine("tantivy", [python, str(HERE / "engines" / "tantivy_peer.py")], ["single", "multi"])
    java, suggest = kept("java"), kept("suggest-jars")
    if java:
        modules = subprocess.run([java + "/bin/java", "--list-modules"], stdout=subprocess.PIPE, text=True).stdout
        vectors = ["--add-modules", "jdk.incubator.vector"] if "jdk.incubator.vector" in modules else []
        options = ["-Xmx4g", "--enable-native-access=ALL-UNNAMED", *vectors]
        path = f"{HOME}/classes/lucene:{HOME}/jars/*"
        yield Engine("lucene", [java + "/bin/java", *options, "-cp", path, "LucenePeer"], ["single", "multi"])
    else:
        say("*** Lucene is left out: it is not installed ***")
    if java and suggest:
        path = f"{HOME}/classes/lucene-suggest:{suggest}"
        yield Engine("suggest", [java + "/bin/java", "-Xmx4g", "-cp", path, "SuggestPeer"], [])
    else:
        say("*** Lucene's suggesters and speller are left out: they are not installed ***")
    yield Engine("sqlite", [python, str(HERE / "engines" / "sqlite_peer.py")], ["single"])
    yield Engine("symspell", [python, str(HERE / "engines" / "symspell_peer.py")], [])


def material(options):
    """The directory with corpus, queries and right answers, made where they are not there."""
    if options.corpus == "products":
        return generated(options.products, options.queries, options.seed, reference.write)
    directory = HOME / options.corpus
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "products.jsonl"
    if not file.exists():
        say(f"making the corpus {options.corpus}")
        if not debian.write(str(file)):
            return None
    return with_queries(directory, options.queries, options.seed, reference.write)


def generated(products, count, seed, answers=None):
    """The directory with a generated catalogue and `count` queries of each kind."""
    directory = HOME / f"products-{products}"
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "products.jsonl"
    if not file.exists():
        say(f"making the corpus {directory.name}")
        corpus.write(str(file), products, seed)
    return with_queries(directory, count, seed, answers)


def with_queries(directory, count, seed, answers):
    file = str(directory / "products.jsonl")
    if not (directory / "queries.jsonl").exists():
        say("making queries.jsonl")
        queries.write(file, str(directory), count, seed)
    if answers and not (directory / "reference.jsonl").exists():
        say("making reference.jsonl")
        answers(file, str(directory))
    return directory


def expected(directory):
    with open(directory / "queries.jsonl", encoding="ascii") as lines:
        asked = [json.loads(line) for line in lines]
    return {(query["kind"], query["number"]): query["expected"] for query in asked if "expected" in query}


def compare(directory, options):
    result = {"corpus": directory.name, "builds": [], "engines": {}}
    answers = {name: {} for name in table.ENGINES}
    for engine in engines(options.xopix):
        if options.engines and engine.name not in options.engines:
            continue
        result["builds"] += engine.build(directory, again=engine.name in options.rebuild)
        note = directory / f"{engine.name}.engine.json"
        if engine.name not in options.kept or not note.exists():
            note.write_text(json.dumps(engine.query(directory, options.seconds)))
        found = agreement.read(directory / f"{engine.name}.answers.jsonl")
        result["engines"][engine.name] = json.loads(note.read_text())
        # Suggesters and speller are Lucene's.
        answers["lucene" if engine.name == "suggest" else engine.name].update(found)
    answers["reference"] = agreement.read(directory / "reference.jsonl")
    result["queries"] = list(table.lines(answers, expected(directory)))
    return result


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--products", type=int, default=1_000_000, help="products of the generated catalogue")
    options.add_argument("--corpus", choices=("products", "debian"), default="products")
    options.add_argument("--queries", type=int, default=200, help="queries of each kind")
    options.add_argument("--seconds", type=float, default=3, help="how long a kind is warmed up, and timed, at most")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--engines", nargs="*", default=[], help="only these")
    options.add_argument("--rebuild", nargs="*", default=["xopix"], help="engines whose indexes are built anew")
    options.add_argument("--kept", nargs="*", default=[], help="engines whose times of the last run are taken")
    options.add_argument("--prepare", action="store_true", help="only corpus, queries and the indexes of the peers, or of --engines")
    options.add_argument("--json", help="a file to write the whole comparison to")
    options.add_argument("--xopix", required=True, help="the runner of Xopix's engine")
    options = options.parse_args()
    directory = material(options)
    if directory is None:
        return
    if options.prepare:
        for engine in engines(options.xopix):
            if engine.name in (options.engines or ("tantivy", "lucene", "sqlite")):
                list(engine.build(directory, again=engine.name in options.rebuild))
        return
    result = compare(directory, options)
    for line in table.text(result):
        print(line)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
