"""Made-up words: as many as wanted, the same on every machine, none of which a stemmer would change."""

import os

import numpy as np
import snowballstemmer

ONSETS = (3 * "b c d f g h k l m n p r s t v w".split() + "j z bl br ch cl cr dr fl fr gl gr pl pr sc sh sk sl sm sn sp st str th tr".split())
VOWELS = 6 * "a e i o u".split() + "ai ee oa oo ou".split()
CODAS = 10 * [""] + "n r l m t k p d x nd nt rk rm lt mp sk ft".split()


def words(count, seed):
    """`count` distinct words, short ones first as in languages: what is said often is short.

    An engine that stems (Xopix) and engines that do not then index the same terms. Words are drawn, not numbered, so that
    they are as unevenly near to each other as real ones: that is what makes fuzzy search and spelling hard.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    stem = snowballstemmer.stemmer("english").stemWord
    found, seen = [], set()
    while len(found) < count:
        # Syllables grow from one or two to four over the vocabulary.
        progress = len(found) / count
        chances = [0.3, 0.6, 0.1, 0.0] if progress < 0.004 else [0, 0.35, 0.55, 0.1] if progress < 0.2 else [0, 0.1, 0.6, 0.3]
        numbers = random.random((4096, 13))
        for row in numbers:
            syllables = 1 + int(np.searchsorted(np.cumsum(chances), row[12] * 0.999999))
            parts = []
            for at in range(syllables):
                parts.append(ONSETS[int(row[3 * at] * len(ONSETS))])
                parts.append(VOWELS[int(row[3 * at + 1] * len(VOWELS))])
                # Codas mostly end words.
                if at == syllables - 1 or row[3 * at + 2] > 0.75:
                    parts.append(CODAS[int((row[3 * at + 2] * 7919) % 1 * len(CODAS))])
            word = "".join(parts)
            if len(word) < 2 or word in seen:
                continue
            seen.add(word)
            if stem(word) == word:
                found.append(word)
                if len(found) == count:
                    break
    return found


def cached(path, count, seed):
    """The words as `path` keeps them, made where it does not."""
    try:
        with open(path, encoding="ascii") as lines:
            kept = lines.read().split()
        if len(kept) == count:
            return kept
    except FileNotFoundError:
        pass
    made = words(count, seed)
    with open(path + ".part", "w", encoding="ascii") as out:
        out.write("\n".join(made))
    os.replace(path + ".part", path)
    return made
