"""What the search benchmarks share: running the measuring program, and Markdown."""

import json
import os
import shutil
import subprocess
import sys


def runner(program, *arguments):
    """What a command of the measuring program prints at its end."""
    done = subprocess.run(
        [program, *(str(argument) for argument in arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(str(a) for a in (program, *arguments))} failed:\n{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def emptied(directory):
    shutil.rmtree(directory, ignore_errors=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    return directory


def say(text):
    print(text, file=sys.stderr, flush=True)


def machine():
    """The processor and how many cores there are."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB of memory"


def duration(microseconds):
    """A time in the unit that suits it."""
    for limit, scale, unit in ((1000, 1, "µs"), (1e6, 1e3, "ms"), (float("inf"), 1e6, "s")):
        if microseconds < limit:
            return f"{rounded(microseconds / scale)} {unit}"
    return "-"


def size(count):
    for limit, scale, unit in ((1e6, 1e3, "kB"), (1e9, 1e6, "MB"), (float("inf"), 1e9, "GB")):
        if count < limit:
            return f"{rounded(count / scale)} {unit}"
    return "-"


def rounded(value):
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def markdown(rows):
    """Rows, the first of which is the heading, as a table; the first column to the left."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    ruler = [":" + "-" * (width - 1) if at == 0 else "-" * (width - 1) + ":" for at, width in enumerate(widths)]
    for row in [rows[0], ruler, *rows[1:]]:
        cells = [cell.ljust(width) if at == 0 else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths))]
        yield "| " + " | ".join(cells) + " |"
