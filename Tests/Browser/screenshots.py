#!/usr/bin/env python3
"""Opens the storefront and the dashboards of a running server in chromium, checks them, and saves screenshots.

Exit status: 0 all holds, 1 something does not (said on standard error), 77 there is no chromium here.
"""

import argparse
import pathlib
import sys
import urllib.parse

import devtools
from devtools import Failure

WIDTHS = [(390, 844, True), (1280, 900, False), (1920, 1080, False)]
CARDS = "document.querySelectorAll('#grid .card a').length"
SETTLED = "!document.querySelector('#results').hasAttribute('aria-busy') && document.querySelector('#summary strong')"
FIGURES = "[...document.querySelectorAll('[data-figure]')].map(e => e.textContent).join('|')"


def settle(page):
    page.until(SETTLED, "the results are there")


def check_no_overflow(page, what):
    wide = page.value("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        raise Failure(f"{what} is {wide} pixels wider than the window")


def storefront_starts(page):
    """Products and facet counts are there before anything is typed."""
    page.view(1280, 900)
    page.open("/")
    page.until(f"{CARDS} > 0", "the storefront shows products")
    for facet in ("category", "brand", "price"):
        counts = page.until(
            f"[...document.querySelectorAll('[data-facet={facet}] .count')].map(e => e.textContent)",
            f"the facet {facet} has counts")
        if not counts or not all(any(letter.isdigit() for letter in count) for count in counts):
            raise Failure(f"the facet {facet} has no counts: {counts}")


def typing_with_a_typo(page, beginning, query, output):
    """Suggestions while typing, then did-you-mean and results for the corrected query."""
    page.type("#query", beginning)
    page.until("document.querySelector('#query').getAttribute('aria-expanded') === 'true'", "suggestions open")
    page.press("ArrowDown")
    page.until("document.querySelector('#suggestions [aria-selected=true]')", "the arrow key selects a suggestion")
    if not page.value("!!document.querySelector('#query').getAttribute('aria-activedescendant')"):
        raise Failure("the field does not say which suggestion is selected")
    page.screenshot(output / "storefront-suggestions.png")
    page.press("Escape")
    page.type("#query", query)
    page.press("Enter")
    page.until("document.querySelector('#did-you-mean')", f"“{query}” is corrected")
    settle(page)
    page.until(f"{CARDS} > 0 && document.querySelector('#grid mark')", f"“{query}” finds products, highlighted")
    page.until(f"location.search.includes({urllib.parse.quote_plus(query)!r})", "the address holds the query")


def using_a_facet(page):
    """A chosen value filters to just as many products as were counted, and other values stay to choose from."""
    first = "document.querySelector('[data-facet=brand] .check')"
    page.until(first, "the facet brand is there")
    brand, count, values = page.value(
        f"[{first}.querySelector('.check-label').textContent, {first}.querySelector('.count').textContent,"
        " document.querySelectorAll('[data-facet=brand] .check').length]")
    page.value(f"{first}.querySelector('input').click()")
    page.until("location.search.includes('brand=')", "the address holds the filter")
    total = f"document.querySelector('#summary strong').textContent.replace(/[^0-9]/g, '') === '{count.replace(',', '')}'"
    page.until(f"document.querySelector('.chip') && {total}", f"the filter {brand} leaves the {count} products counted")
    left = page.value("document.querySelectorAll('[data-facet=brand] .check').length")
    if left < values:
        raise Failure(f"only {left} of {values} brands can still be chosen")
    page.value("history.back()")
    page.until("!location.search.includes('brand=') && !document.querySelector('.chip')", "back takes the filter away")


def product_view(page, output):
    """A product opens with its stock, and closes by the keyboard."""
    page.click("#grid .card a")
    page.until("document.querySelector('#product[open] #stock') && location.search.includes('product=')", "a product opens")
    page.screenshot(output / "storefront-product.png")
    page.press("Escape")
    page.until("!document.querySelector('#product[open]') && !location.search.includes('product=')", "Escape closes it")


def arabic(page, query):
    """Right to left, with Arabic titles."""
    page.open("/?" + urllib.parse.urlencode({"lang": "ar", "q": query}))
    settle(page)
    page.until(f"{CARDS} > 0", f"“{query}” finds products")
    if page.value("getComputedStyle(document.body).direction") != "rtl":
        raise Failure("the Arabic page does not read from right to left")
    title = page.value("document.querySelector('#grid .card-title').textContent")
    if not any("\u0600" <= letter <= "\u06ff" for letter in title):
        raise Failure(f"the first title is not Arabic: {title}")
    page.value("localStorage.clear()")


def dashboards(page, seconds):
    """Every view arrives, and the numbers move."""
    page.view(1280, 900)
    page.open("/dashboards/")
    page.until("document.querySelector('#status').dataset.state === 'live'", "the stream is live", 20)
    page.until("document.querySelectorAll('[data-figure]').length >= 6", "the key figures are there", 20)
    before = page.until(f"/[1-9]/.test({FIGURES}) && {FIGURES}", "the key figures are more than nought", seconds)
    page.until("document.querySelectorAll('.panel-skeleton').length === 0", "every panel has its data", 20)
    page.until("document.querySelector('#panel-sales .chart-svg path')", "sales are drawn")
    page.until("document.querySelectorAll('.model').length >= 3", "the lag of each model is there")
    page.until(f"{FIGURES} !== {before!r}", "the numbers change", seconds)
    page.click("#panel-payments .panel-controls .button")
    page.until("document.querySelectorAll('#panel-payments tbody tr').length > 5", "a chart can be read as a table")
    page.click("#panel-payments .panel-controls .button")


def pictures(page, output, query, arabic_query):
    """Saves each page at each width, light and dark, and checks that nothing is cut off."""
    search = "/?" + urllib.parse.urlencode({"q": query})
    search_ar = "/?" + urllib.parse.urlencode({"lang": "ar", "q": arabic_query})
    views = [
        ("storefront", "/", False), ("storefront-search", search, True), ("storefront-arabic", search_ar, False),
        ("dashboards", "/dashboards/", False), ("dashboards", "/dashboards/", True),
        ("dashboards-arabic", "/dashboards/?lang=ar", True)]
    for width, height, phone in WIDTHS:
        for name, path, dark in views:
            page.view(width, height, dark, phone)
            page.open(path)
            if "dashboards" in path:
                page.until("document.querySelectorAll('[data-figure]').length && !document.querySelector('.panel-skeleton')",
                           "the dashboards are drawn", 20)
            else:
                settle(page)
            shade = "dark" if dark else "light"
            check_no_overflow(page, f"{path} at {width} pixels")
            page.screenshot(output / f"{name}-{width}-{shade}.png")
    page.value("localStorage.clear()")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", default="http://127.0.0.1:8080", help="the server's address (%(default)s)")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("Tests/output/browser"), help="where screenshots go")
    parser.add_argument("--beginning", default="spea", help="the beginning of a word to complete (%(default)s)")
    parser.add_argument("--typo", default="blutooth speaker", help="a query with a typo (%(default)s)")
    parser.add_argument("--arabic", default="سماعة بلوتوث", help="an Arabic query (%(default)s)")
    parser.add_argument("--seconds", type=float, default=30, help="how long the numbers may stand still (%(default)s)")
    options = parser.parse_args()
    executable = devtools.find_browser()
    if executable is None:
        print("SKIPPED: there is no chromium here (apt-get install chromium)", file=sys.stderr)
        return 77
    options.output.mkdir(parents=True, exist_ok=True)
    browser = devtools.Browser(executable)
    step = "the browser starts"
    try:
        page = browser.page(options.base.rstrip("/"))
        steps = [
            ("storefront", lambda: storefront_starts(page)),
            ("typing", lambda: typing_with_a_typo(page, options.beginning, options.typo, options.output)),
            ("facet", lambda: using_a_facet(page)),
            ("product", lambda: product_view(page, options.output)),
            ("Arabic", lambda: arabic(page, options.arabic)),
            ("dashboards", lambda: dashboards(page, options.seconds)),
            ("pictures", lambda: pictures(page, options.output, options.typo, options.arabic)),
        ]
        for step, check in steps:
            check()
            page.check_clean(step)
            print(f"ok: {step}", flush=True)
        return 0
    except Failure as failure:
        print(f"FAILED: {step}: {failure}", file=sys.stderr)
        try:
            page.screenshot(options.output / "failure.png")
            print(f"what was seen: {options.output / 'failure.png'}", file=sys.stderr)
            page.check_clean("the page's own complaints")
        except (Failure, NameError) as more:
            print(more, file=sys.stderr)
        return 1
    finally:
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
