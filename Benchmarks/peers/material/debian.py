"""Debian's catalogue of packages as products: real English, from a file that the project does not hold."""

import json
import lzma
import os
import re
import sys

import snowballstemmer

FILE = "corpus-debian/packages_20k_en.jsonl.xz"
WORD = re.compile("[A-Za-z0-9]+")


def find():
    given = os.environ.get("XOPIX_REAL_DATA")
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..")
    for place in (given, os.path.join(root, "..", "shared", "data")):
        if place and os.path.exists(os.path.join(place, FILE)):
            return os.path.join(place, FILE)
    return None


class Plain:
    """Text in ASCII, its words already as stemming leaves them, so that engines that stem and others index the same terms."""

    def __init__(self):
        self.stem = snowballstemmer.stemmer("english").stemWord
        self.kept = {}

    def word(self, match):
        word = match.group().lower()
        if word not in self.kept:
            stemmed = word
            # A stem may be stemmed again; words with digits are left alone.
            while word.isalpha() and self.stem(stemmed) != stemmed:
                stemmed = self.stem(stemmed)
            self.kept[word] = stemmed
        return self.kept[word]

    def text(self, text):
        ascii_only = text.replace("'s", "").encode("ascii", "replace").decode("ascii").replace("?", " ")
        return " ".join(WORD.sub(self.word, ascii_only).split())


def write(path):
    """Writes the products; false, and says so, where the data is absent."""
    source = find()
    if source is None:
        print(f"*** THE DEBIAN CORPUS IS LEFT OUT: no {FILE} under $XOPIX_REAL_DATA nor ../shared/data ***", file=sys.stderr)
        return False
    plain = Plain()
    with lzma.open(source, "rt", encoding="utf-8") as lines, open(path + ".part", "w", encoding="ascii") as out:
        for number, line in enumerate(lines):
            package = json.loads(line)
            out.write(json.dumps({
                "id": number, "title": plain.text(package["id"] + " " + package["title"]),
                "description": plain.text(package["description"] or ""),
                "brand": plain.text(package["maintainer"] or "nobody"), "category": plain.text(package["section"] or "misc"),
                "colour": package["priority"] or "optional", "price": round((package["download_bytes"] or 0) / 1000, 2),
                "rating": float(len(package["tags"] or [])), "stock": int(package["installed_kb"] or 0)}) + "\n")
    os.replace(path + ".part", path)
    return True
