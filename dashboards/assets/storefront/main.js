// The storefront: keeps state, address and page in step, and asks for answers.
import { get, isAbort } from "../shared/api.js";
import { debounced, fill, h } from "../shared/dom.js";
import { icon, languageButton, themeButton } from "../shared/header.js";
import { language, number, t } from "../shared/locale.js";
import { drawing } from "./art.js";
import * as behaviour from "./behaviour.js";
import { card, skeletons } from "./card.js";
import { drawFacets, facetName, valueName } from "./facets.js";
import { term } from "./messages.js";
import { productView } from "./product.js";
import { searchBox } from "./search-box.js";
import { blank, copy, filterText, fromURL, toggle, toURL } from "./state.js";

const PAGE = 24;
/** Enough for the tree of categories; lists show fewer and open on demand. */
const FACET_VALUES = 120;
const FIELDS = ["category", "brand", "price", "in_stock"];
const HIGHLIGHTS = "title,title_ar,description,description_ar";
const SORTS = ["", "price:asc", "price:desc", "rating:desc", "sold:desc", "created_at:desc"];
const SLIDERS = "M4 7h10m4 0h2M4 17h2m4 0h10M14 4v6M6 14v6";
const CROSS = "M6 6l12 12M18 6 6 18";
const GRAPH = "M4 20V10m6 10V4m6 16v-7m4 7H2";

const element = (id) => document.getElementById(id);
let state = fromURL(location.search);
let answer = null;
let attributeFacets = {};
let loading = null;
let more = null;
let wasTyping = false;

// MARK: Moving between states

function go(next, { isTyping = false, search = true } = {}) {
  const isNew = toURL(next, language()) !== toURL(state, language());
  // A query being typed is one entry of the history, however many letters it has.
  const replace = isTyping && wasTyping;
  wasTyping = isTyping;
  state = next;
  const address = toURL(state, language());
  if (replace) history.replaceState(null, "", address);
  else if (isNew) history.pushState(null, "", address);
  box.set(state.q);
  product.show(state.product);
  if (search && isNew) run();
}

const changed = (change) => {
  const next = copy(state);
  change(next);
  return next;
};

const submit = (text) => go(changed((next) => {
  next.q = text.trim();
  next.typo = "";
  next.product = "";
}));
const typed = debounced(110, (text) => go(changed((next) => {
  next.q = text.trim();
  next.typo = "";
}), { isTyping: true }));

const openProduct = (id) => go(changed((next) => {
  next.product = id;
}), { search: false });

const openCategory = (path) => go(changed((next) => {
  next.filters = new Map();
  next.q = "";
  next.product = "";
  toggle(next, "category", path, true);
}));

const filters = {
  toggle: (field, value) => go(changed((next) => toggle(next, field, value))),
  only: (field, value) => go(changed((next) => {
    next.filters.delete(field);
    if (value !== "-") toggle(next, field, value, true);
  })),
};

const product = productView({
  closed: () => go(changed((next) => {
    next.product = "";
  }), { search: false }),
  category: openCategory,
  open: openProduct,
  address: (id) => toURL({ ...state, product: id }, language()),
});
const box = searchBox({
  typed,
  submitted: (text) => {
    typed.cancel();
    submit(text);
  },
  category: openCategory,
  product: openProduct,
});

// MARK: Asking

/** While a word is being typed, products are found by its beginning. */
const isUnfinished = () => wasTyping && /[\p{L}\p{N}]$/u.test(state.q);

const parameters = (isPrefix = isUnfinished()) => ({
  q: isPrefix ? `${state.q}*` : state.q, filter: filterText(state), typo: state.typo,
  sort: state.sort || (state.q ? "" : "popularity:desc"),
});

async function run() {
  loading?.abort();
  more?.abort();
  loading = new AbortController();
  const { signal } = loading;
  const asked = state;
  element("results").setAttribute("aria-busy", "true");
  if (!answer) fill(element("grid"), skeletons(8));
  try {
    const ask = (isPrefix) => get("/v1/search", {
      ...parameters(isPrefix), size: PAGE, facets: FIELDS.join(","), facet_size: FACET_VALUES, highlight: state.q ? HIGHLIGHTS : "",
    }, { signal });
    let found = await ask(isUnfinished());
    // What no word begins with may be a misspelt word, which is corrected as a whole.
    if (isUnfinished() && found.query.dropped.length + Number(found.total.value === 0) > 0) found = await ask(false);
    if (signal.aborted) return;
    answer = found;
    draw();
    countAttributes(found, signal);
    report(asked, found);
  } catch (error) {
    if (!isAbort(error)) fail(error);
  } finally {
    if (!signal.aborted) element("results").removeAttribute("aria-busy");
  }
}

/** The attributes that most of the first hits have are worth filtering by; they are counted in a request of their own. */
async function countAttributes(found, signal) {
  const uses = new Map();
  for (const hit of found.hits) {
    for (const [name, value] of Object.entries(hit.document.attributes ?? {})) {
      if (typeof value !== "number" && /^[\p{L}\p{N}_-]+$/u.test(name)) uses.set(name, (uses.get(name) ?? 0) + 1);
    }
  }
  const chosen = [...state.filters.keys()].filter((field) => field.startsWith("attributes."));
  const common = [...uses].filter(([, count]) => count >= Math.min(3, found.hits.length))
    .sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1)).slice(0, 5).map(([name]) => `attributes.${name}`);
  const fields = [...new Set([...chosen, ...common])];
  if (fields.length === 0) {
    attributeFacets = {};
    drawFilters();
    return;
  }
  try {
    const counted = await get("/v1/search", { ...parameters(), sort: "", size: 1, facets: fields.join(",") }, { signal });
    if (signal.aborted) return;
    attributeFacets = counted.facets ?? {};
    drawFilters();
  } catch (error) {
    // The results stand without these filters.
    if (!isAbort(error)) attributeFacets = {};
  }
}

async function next() {
  if (!answer?.next_cursor || more) return;
  more = new AbortController();
  const { signal } = more;
  drawMore(true);
  try {
    const page = await get("/v1/search", {
      ...parameters(), size: PAGE, cursor: answer.next_cursor, highlight: state.q ? HIGHLIGHTS : "",
    }, { signal });
    if (signal.aborted) return;
    const known = new Set(answer.hits.map((hit) => hit.id));
    const fresh = page.hits.filter((hit) => !known.has(hit.id));
    element("grid").append(...cards(fresh, answer.hits.length));
    answer = { ...answer, hits: [...answer.hits, ...fresh], next_cursor: page.next_cursor };
    more = null;
    drawMore();
  } catch (error) {
    more = null;
    if (!isAbort(error)) drawMore(false, error);
  }
}

/** A query counts as performed once it was left alone for a moment, not at each letter. */
const report = debounced(1200, (asked, found) => {
  if (asked.q && asked.q === state.q && !document.hidden) behaviour.searched(asked.q, found.total.value);
});

// MARK: Drawing

function cards(hits, before) {
  return hits.map((hit, index) => card(hit, toURL({ ...state, product: hit.id }, language()), () => {
    if (state.q) behaviour.clicked(state.q, hit.id, before + index + 1);
    else behaviour.viewed(hit.id);
    openProduct(hit.id);
  }));
}

const currency = () => {
  const counts = new Map();
  for (const { document: { currency: one } } of answer?.hits ?? []) if (one) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1])[0]?.[0];
};

function drawFilters() {
  const panel = element("filters");
  let body = panel.querySelector(".filters-body");
  if (!body) {
    body = h("div", { class: "filters-body" });
    fill(panel, h("h2", { class: "visually-hidden" }, t("filters")), body);
  }
  drawFacets(body, state, { ...answer.facets, ...attributeFacets }, currency(), filters);
  const apply = element("drawer").querySelector(".drawer-apply");
  if (apply) apply.textContent = t("filters.show", { count: answer.total.value });
}

function drawChips() {
  const chips = [...state.filters].flatMap(([field, values]) => [...values].map((value) => {
    const name = valueName(field, value, currency());
    const label = field.startsWith("attributes.") ? `${facetName(field)}: ${name}` : name;
    return h("button", {
      class: "chip", type: "button", "aria-label": t("filters.remove", { name: label }), onclick: () => filters.toggle(field, value),
    }, h("bdi", null, label), icon(CROSS));
  }));
  fill(element("chips"), chips, chips.length > 1 && h("button", {
    class: "link-button small", type: "button", onclick: () => go(changed((following) => {
      following.filters = new Map();
    })),
  }, t("filters.clear")));
}

function drawNotes() {
  const { corrected, dropped, at_least: atLeast } = answer.query ?? {};
  fill(element("notes"),
    corrected && h("p", { class: "notice", id: "did-you-mean" },
      h("span", null, t("corrected", { corrected: "\u0000" }).split("\u0000").flatMap((part, index) =>
        index ? [h("button", { class: "link-button", type: "button", onclick: () => submit(corrected) }, h("bdi", null, corrected)), part] : [part])),
      h("button", {
        class: "link-button small", type: "button", onclick: () => go(changed((following) => {
          following.typo = "off";
        })),
      }, t("corrected.instead", { query: state.q }))),
    atLeast > 0 && h("p", { class: "notice warn" }, t("atLeast", { count: atLeast })),
    dropped?.length > 0 && h("p", { class: "notice warn" },
      t("dropped", { count: dropped.length, words: dropped.map((word) => `“${word}”`).join(", ") })));
}

function drawSummary() {
  const { value, relation } = answer.total;
  const total = relation === "gte" ? t("total.atLeast", { count: value }) : t("total", { count: value });
  const asked = state.q ? ` ${t("total.for", { query: answer.query?.corrected ?? state.q })}` : "";
  fill(element("summary"), h("strong", null, total), asked, " ",
    h("span", { class: "took number" }, t("took", { time: number(answer.took_us / 1000, 2) })));
}

function drawToolbar() {
  const count = [...state.filters.values()].reduce((sum, values) => sum + values.size, 0);
  fill(element("toolbar"),
    h("button", { class: "button filters-button", type: "button", onclick: openDrawer }, icon(SLIDERS), t("filters"),
      count > 0 && h("span", { class: "pill number" }, number(count))),
    h("label", { class: "sort select-frame" }, h("span", { class: "visually-hidden" }, t("sort.label")),
      h("select", { class: "select", onchange: (event) => go(changed((following) => {
        following.sort = event.target.value;
      })) }, SORTS.map((sort) => h("option", { value: sort, selected: sort === state.sort }, t(sort || state.q ? `sort.${sort}` : "sort.featured"))))));
}

function drawMore(isLoading = false, error = null) {
  const hits = answer?.hits.length ?? 0;
  fill(element("more"),
    error && h("p", { class: "notice bad" }, message(error)),
    answer?.next_cursor
      ? h("button", { class: "button", type: "button", disabled: isLoading, onclick: next }, t(isLoading ? "more.loading" : "more"))
      : hits > PAGE && h("p", { class: "hint" }, t("more.end")));
}

function drawDepartments() {
  const isHome = !state.q && state.filters.size === 0 && !state.sort;
  const strip = element("departments");
  const roots = (answer.facets?.category?.values ?? []).filter(({ value }) => !String(value).includes(" > "));
  strip.hidden = !isHome || roots.length === 0;
  if (strip.hidden) return;
  fill(strip, h("h2", { class: "visually-hidden" }, t("departments")),
    h("ul", null, roots.map(({ value }) => h("li", null, h("button", { class: "department", type: "button", onclick: () => openCategory(value) },
      h("span", { class: "department-art" }, drawing([value], 2)), h("span", null, term(value)))))));
}

function draw() {
  drawDepartments();
  drawSummary();
  drawToolbar();
  drawNotes();
  drawChips();
  drawFilters();
  const isEmpty = answer.hits.length === 0;
  fill(element("grid"), cards(answer.hits, 0));
  drawMore();
  if (isEmpty) {
    const isBare = !state.q && state.filters.size === 0;
    fill(element("more"), h("div", { class: "blank" },
      h("h2", null, isBare ? t("empty.title") : state.q ? t("none.title", { query: state.q }) : t("none.filtered")),
      h("p", null, t(isBare ? "empty.hint" : "none.hint")),
      state.filters.size > 0 && h("button", { class: "button primary", type: "button", onclick: () => go(changed((following) => {
        following.filters = new Map();
      })) }, t("filters.clear"))));
  }
  document.title = state.q ? `${state.q} – Xopix` : "Xopix";
}

const message = (error) => (error.message === "unreachable" ? t("error.unreachable") : error.message);

function fail(error) {
  fill(element("notes"), h("div", { class: "notice bad", role: "alert" }, h("strong", null, t("error.title")), h("span", null, message(error)),
    h("button", { class: "link-button small", type: "button", onclick: run }, t("error.retry"))));
  if (!answer) fill(element("grid"));
}

function openDrawer() {
  const drawer = element("drawer");
  const panel = element("filters");
  const close = () => drawer.close();
  fill(drawer,
    h("div", { class: "drawer-head" }, h("h2", null, t("filters")), h("button", {
      class: "button icon-only quiet", type: "button", "aria-label": t("product.close"), onclick: close,
    }, icon(CROSS))),
    panel,
    h("div", { class: "drawer-foot" }, h("button", { class: "button primary drawer-apply", type: "button", onclick: close },
      t("filters.show", { count: answer?.total.value ?? 0 }))));
  drawer.showModal();
}

function drawChrome() {
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  fill(element("actions"),
    h("a", { class: "button quiet", href: "/dashboards/", title: t("dashboards"), "aria-label": t("dashboards") }, icon(GRAPH), h("span", { class: "wide-only" }, t("dashboards"))),
    languageControl.element, themeControl.element);
  box.relabel();
}

// MARK: Start

const themeControl = themeButton();
const languageControl = languageButton(() => {
  history.replaceState(null, "", toURL(state, language()));
  themeControl.refresh();
  element("filters").replaceChildren();
  drawChrome();
  if (answer) draw();
});

element("drawer").addEventListener("close", () => {
  document.querySelector(".layout").prepend(element("filters"));
});
element("drawer").addEventListener("click", (event) => {
  if (event.target === element("drawer")) element("drawer").close();
});
matchMedia("(min-width: 56rem)").addEventListener("change", () => element("drawer").close());
element("home").addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.button !== 0) return;
  event.preventDefault();
  go(blank());
});
addEventListener("popstate", () => {
  const before = { ...state, product: "" };
  const following = fromURL(location.search);
  state = following;
  box.set(state.q);
  product.show(state.product);
  if (toURL(before, "") !== toURL({ ...following, product: "" }, "")) run();
});
new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting) && answer && answer.hits.length < PAGE * 5) next();
}, { rootMargin: "600px" }).observe(element("more"));

drawChrome();
box.set(state.q);
product.show(state.product);
run();
