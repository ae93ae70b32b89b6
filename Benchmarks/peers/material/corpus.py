"""A catalogue as JSON lines, of any size, the same for the same seed: title, description, brand, category, colour, price, rating, stock.

Words follow Zipf's law (with Mandelbrot's shift, as text without its commonest function words does), and are not spread evenly: a
category has words of its own, words come again within a text, and some words follow each other, so that there are phrases.
"""

import json
import os
import sys

import numpy as np

import vocabulary

VOCABULARY = 165_000
CATEGORIES = 400
BRANDS = 2_000
COLOURS = (
    "black white grey silver blue navy red green olive brown beige ivory pink purple violet yellow gold orange copper "
    "turquoise teal maroon cream clear"
).split()
BLOCK = 10_000


def zipf(count, exponent=1.0, shift=0.0):
    """The cumulated probabilities of ranks."""
    weights = 1.0 / np.power(np.arange(1, count + 1) + shift, exponent)
    sums = np.cumsum(weights)
    return sums / sums[-1]


def write(path, count, seed):
    random = np.random.Generator(np.random.PCG64(seed))
    words = vocabulary.cached(os.path.join(os.path.dirname(path), "..", "vocabulary.txt"), VOCABULARY, seed=7)
    # Each word in four forms: plain, with a capital, before a comma, at a sentence's end.
    forms = words + [w.capitalize() for w in words] + [w + "," for w in words] + [w + "." for w in words]
    general = zipf(VOCABULARY, exponent=1.12, shift=12)
    topical = zipf(1_500, exponent=0.9, shift=3)
    # A category's words: mostly of the middle of the vocabulary.
    topics = np.minimum((120 * np.exp(random.random((CATEGORIES, 1_500)) * 6.0)).astype(np.int64), VOCABULARY - 1)
    # What follows a word where words go together: one of like frequency.
    partners = np.minimum((np.arange(VOCABULARY) * (0.6 + 0.8 * random.random(VOCABULARY))).astype(np.int64) + 3, VOCABULARY - 1)
    names = random.permutation(VOCABULARY - 3_000)[: 2 * BRANDS + 3 * CATEGORIES] + 3_000
    brands = [
        " ".join(words[n].capitalize() for n in names[2 * b : 2 * b + (2 if b % 4 == 0 else 1)]) for b in range(BRANDS)
    ]
    leaves = names[2 * BRANDS :]
    categories = [
        " > ".join(
            words[n].capitalize() for n in (leaves[CATEGORIES + c % 20], leaves[2 * CATEGORIES + c % 80], leaves[c]))
        for c in range(CATEGORIES)
    ]
    brand_ranks, category_ranks = zipf(BRANDS, 0.9, 5), zipf(CATEGORIES, 0.8, 5)
    colour_ranks = zipf(len(COLOURS), 0.8, 1)
    price_levels = np.exp(2.2 + 3.0 * random.random(CATEGORIES))

    with open(path + ".part", "w", encoding="ascii") as out:
        for first in range(0, count, BLOCK):
            n = min(BLOCK, count - first)
            category = np.searchsorted(category_ranks, random.random(n))
            brand = np.searchsorted(brand_ranks, random.random(n))
            colour = np.searchsorted(colour_ranks, random.random(n))
            price = price_levels[category] * np.exp(0.8 * (random.random(n) + random.random(n) + random.random(n) - 1.5) * 2)
            rating = np.clip(5 - 2.2 * random.random(n) * random.random(n), 1, 5)
            stock = (np.power(random.random(n), 3) * 500).astype(np.int64)
            spread = random.random(n) + random.random(n) + random.random(n) - 1.5
            lengths = np.clip(54 * np.exp(0.55 * spread), 8, 300).astype(np.int64)
            titles = 3 + (random.random(n) * 5).astype(np.int64)
            spans = lengths + titles
            total = int(spans.sum())
            starts = np.cumsum(spans) - spans
            owner = np.repeat(np.arange(n), spans)
            place = np.arange(total) - starts[owner]
            tokens = np.searchsorted(general, random.random(total))
            slots = np.searchsorted(topical, random.random(total))
            in_title = place < titles[owner]
            own = random.random(total) < np.where(in_title, 0.7, 0.3)
            tokens = np.where(own, topics[category[owner], slots], tokens)
            # Words come again: a token takes the place of an earlier one of the same product.
            back = 1 + (random.random(total) * 40).astype(np.int64)
            again = (random.random(total) < 0.12) & (back <= place)
            tokens = np.where(again, tokens[np.maximum(np.arange(total) - back, 0)], tokens)
            follows = (random.random(total) < 0.12) & (place > 0) & ~in_title
            tokens = np.where(follows, partners[tokens[np.maximum(np.arange(total) - 1, 0)]], tokens)
            # Sentences of about twelve words.
            ends = (random.random(total) < 0.08) | (place == spans[owner] - 1)
            begins = np.roll(ends, 1) | (place == titles[owner]) | in_title
            commas = random.random(total) < 0.06
            form = np.where(begins, 1, np.where(ends & ~in_title, 3, np.where(commas & ~in_title, 2, 0)))
            texts = [forms[t] for t in (tokens + VOCABULARY * form).tolist()]
            for i, (s, t, e) in enumerate(zip(starts.tolist(), titles.tolist(), (starts + spans).tolist())):
                title = brands[brand[i]] + " " + " ".join(texts[s : s + t])
                out.write(
                    f'{{"id":{first + i},"title":"{title}","description":"{" ".join(texts[s + t : e])}",'
                    f'"brand":"{brands[brand[i]]}","category":"{categories[category[i]]}","colour":"{COLOURS[colour[i]]}",'
                    f'"price":{price[i]:.2f},"rating":{rating[i]:.1f},"stock":{stock[i]}}}\n')
    os.replace(path + ".part", path)


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    size = os.path.getsize(sys.argv[1])
    print(json.dumps({"products": int(sys.argv[2]), "bytes": size, "bytes_per_product": size / int(sys.argv[2])}))
