"""How every Python peer is timed and told of: the same as the Java and Swift runners do it."""

import json
import os
import time

# The rounds over a kind's queries that are timed, where time suffices.
ROUNDS = 5


def read_queries(path, operations, limit=None):
    """The queries by kind; of each kind at most `limit`."""
    kinds = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            query = json.loads(line)
            if query["operation"] in operations and (limit is None or query["number"] < limit):
                kinds.setdefault(query["kind"], []).append(query)
    return kinds


def timed(calls, seconds, overhead=0):
    """Nanoseconds of each call in each round; before, calls are run untimed for as long."""
    clock = time.perf_counter_ns
    start = clock()
    while clock() - start < seconds * 1e9:
        for call in calls:
            call()
            if clock() - start > seconds * 1e9:
                break
    taken = [[] for _ in calls]
    start = clock()
    for round in range(ROUNDS):
        for number, call in enumerate(calls):
            before = clock()
            call()
            taken[number].append(max(0, clock() - before - overhead))
        if clock() - start > seconds * 1e9:
            break
    return taken


def memory():
    """The process's resident bytes: its own, and of files."""
    with open("/proc/self/status", encoding="ascii") as lines:
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith("Rss")}
    return {"own": kilobytes["RssAnon"] * 1024, "files": kilobytes["RssFile"] * 1024}


def size(directory):
    return sum(os.path.getsize(os.path.join(path, file)) for path, _, files in os.walk(directory) for file in files)


def cpu_seconds():
    times = os.times()
    return times.user + times.system
