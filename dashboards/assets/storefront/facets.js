// The filters beside the results. Each facet is counted by the server as if its own filter were not there, so that
// several values of one facet can be chosen.
import { get, isAbort } from "../shared/api.js";
import { debounced, fill, h } from "../shared/dom.js";
import { icon } from "../shared/header.js";
import { money, number, t } from "../shared/locale.js";
import { attributeName, term } from "./messages.js";
import { bounds, isOn } from "./state.js";

const CHEVRON = "M9 6l6 6-6 6";
const SHOWN = 7;
const SEPARATOR = " > ";

/** What people opened or typed in the panel; it outlives re-drawing. */
const open = new Set();
const finders = new Map();

/** A facet's name for people. */
export function facetName(field) {
  return field.startsWith("attributes.") ? attributeName(field.slice("attributes.".length)) : t(`facet.${field}`);
}

/** A facet value's name for people. */
export function valueName(field, value, currency) {
  if (field === "price") {
    const range = bounds(value);
    if (!range) return value;
    const whole = { whole: true };
    if (range.to === undefined) return t("price.above", { from: money(range.from, currency, whole) });
    if (range.from === undefined || range.from === "0") return t("price.below", { to: money(range.to, currency, whole) });
    return `${money(range.from, currency, whole)} – ${money(range.to, currency, whole)}`;
  }
  if (field === "in_stock") return t("facet.in_stock.true");
  if (field === "category") return term(value.split(SEPARATOR).at(-1));
  if (value === "true" || value === "false") return t(value);
  return term(value);
}

function check(state, field, value, count, label, actions) {
  const checked = isOn(state, field, value);
  return h("label", { class: "check", "data-empty": count === 0 && !checked },
    h("input", {
      type: "checkbox", checked, "data-key": `${field}=${value}`, onchange: () => actions.toggle(field, value),
    }),
    h("span", { class: "check-label" }, h("bdi", null, label)),
    count !== undefined && h("span", { class: "count number" }, number(count)));
}

function section(field, content, name = facetName(field)) {
  return h("section", { class: "facet", "data-facet": field },
    h("h3", null, name), content);
}

/** Values of a facet, chosen ones included even where the server does not count them among the first. */
function withChosen(state, field, values) {
  const known = new Set(values.map((value) => String(value.value)));
  const missing = [...(state.filters.get(field) ?? [])].filter((value) => !known.has(value));
  return [...missing.map((value) => ({ value })), ...values.map(({ value, count }) => ({ value: String(value), count }))];
}

function terms(state, field, facet, actions, redraw) {
  const values = withChosen(state, field, facet.values ?? []);
  if (values.length === 0 || (values.length === 1 && !isOn(state, field, values[0].value))) return null;
  const isOpen = open.has(field);
  const shown = isOpen ? values : values.slice(0, SHOWN);
  const finder = finders.get(field);
  const list = finder?.text ? (finder.values ?? []) : shown;
  return section(field, [
    (facet.other ?? 0) > 0 && h("input", {
      class: "finder", type: "search", value: finder?.text ?? "", placeholder: t("filters.find", { name: facetName(field) }),
      "aria-label": t("filters.find", { name: facetName(field) }), "data-key": `find ${field}`, dir: "auto",
      oninput: (event) => actions.find(field, event.target.value),
    }),
    h("div", { class: "checks" },
      list.map(({ value, count }) => check(state, field, value, count, valueName(field, value), actions)),
      finder?.text && finder.values?.length === 0 && h("p", { class: "hint" }, t("filters.none"))),
    !finder?.text && values.length > SHOWN && h("button", {
      class: "link-button small", type: "button", "aria-expanded": String(isOpen), "data-key": `more ${field}`,
      onclick: () => {
        if (isOpen) open.delete(field);
        else open.add(field);
        redraw();
      },
    }, t(isOpen ? "filters.less" : "filters.more")),
  ]);
}

function tree(values) {
  const roots = [];
  const nodes = new Map();
  const node = (path) => {
    if (nodes.has(path)) return nodes.get(path);
    const made = { path, count: undefined, children: [] };
    nodes.set(path, made);
    const cut = path.lastIndexOf(SEPARATOR);
    (cut < 0 ? roots : node(path.slice(0, cut)).children).push(made);
    return made;
  };
  for (const { value, count } of values) node(value).count = count;
  return roots;
}

function categories(state, facet, actions, redraw) {
  const values = withChosen(state, "category", facet.values ?? []);
  const chosen = [...(state.filters.get("category") ?? [])];
  const branch = (nodes, depth) => h("ul", { class: "tree" }, nodes.map((node) => {
    const key = `category ${node.path}`;
    const leadsToChosen = chosen.some((path) => path === node.path || path.startsWith(node.path + SEPARATOR));
    const isOpen = open.has(key) || (leadsToChosen && !open.has(`closed ${key}`));
    const hasChildren = node.children.length > 0;
    return h("li", null,
      h("div", { class: "tree-row" },
        hasChildren ? h("button", {
          class: "tree-toggle", type: "button", "aria-expanded": String(isOpen), "aria-label": term(node.path.split(SEPARATOR).at(-1)),
          "data-key": `toggle ${key}`,
          onclick: () => {
            open.delete(isOpen ? key : `closed ${key}`);
            open.add(isOpen ? `closed ${key}` : key);
            redraw();
          },
        }, icon(CHEVRON)) : h("span", { class: "tree-toggle" }),
        check(state, "category", node.path, node.count, valueName("category", node.path), actions)),
      hasChildren && isOpen && branch(node.children, depth + 1));
  }));
  const roots = tree(values);
  return roots.length > 0 && section("category", branch(roots, 0));
}

function prices(state, facet, currency, actions) {
  const ranges = (facet.values ?? []).map(({ from, to, count }) => ({ value: `${from ?? ""}-${to ?? ""}`, count }));
  const values = withChosen(state, "price", ranges);
  if (values.length === 0) return null;
  const chosen = [...(state.filters.get("price") ?? [])];
  const custom = chosen.length === 1 ? bounds(chosen[0]) : null;
  const field = (name, value, hint) => h("label", { class: "bound" },
    h("span", { class: "visually-hidden" }, t(`price.${name}`)),
    h("input", {
      name, type: "number", min: 0, step: "any", inputmode: "decimal", value: value ?? "", placeholder: hint,
      "data-key": `price ${name}`,
    }));
  return section("price", [
    h("div", { class: "checks" }, values.filter(({ value, count }) => count !== 0 || isOn(state, "price", value))
      .map(({ value, count }) => check(state, "price", value, count, valueName("price", value, currency), actions))),
    h("form", {
      class: "bounds",
      onsubmit: (event) => {
        event.preventDefault();
        const data = new FormData(event.target);
        actions.only("price", `${data.get("from")}-${data.get("to")}`);
      },
    }, field("from", custom?.from, t("price.from")), h("span", { "aria-hidden": "true" }, "–"),
      field("to", custom?.to, t("price.to")), h("button", { class: "button", type: "submit" }, t("price.apply"))),
  ]);
}

/**
 * Draws the panel from the answer's facets.
 *
 * @param actions `toggle(field, value)`, `only(field, value)`; `find` is added here.
 */
export function drawFacets(panel, state, facets, currency, actions) {
  const redraw = () => drawFacets(panel, state, facets, currency, actions);
  const withFind = { ...actions, find: finder(state, redraw) };
  const focused = panel.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.dataset.key;
  const caret = focused?.type === "search" ? focused.selectionStart : null;
  const inStock = facets.in_stock?.values?.find(({ value }) => String(value) === "true")?.count;
  fill(panel,
    facets.category && categories(state, facets.category, withFind, redraw),
    (inStock !== undefined || state.filters.has("in_stock"))
      && section("in_stock", h("div", { class: "checks" }, check(state, "in_stock", "true", inStock, t("facet.in_stock.true"), withFind))),
    facets.price && prices(state, facets.price, currency, withFind),
    facets.brand && terms(state, "brand", facets.brand, withFind, redraw),
    Object.entries(facets).filter(([field]) => field.startsWith("attributes."))
      .map(([field, facet]) => facet.type !== "range" && terms(state, field, facet, withFind, redraw)));
  if (key) {
    const again = panel.querySelector(`[data-key="${CSS.escape(key)}"]`);
    again?.focus({ preventScroll: true });
    if (caret !== null) again?.setSelectionRange(caret, caret);
  }
}

let finding = null;
const ask = debounced(120, async (state, field, text, redraw) => {
  finding?.abort();
  finding = new AbortController();
  try {
    const answer = await get(`/v1/facets/${encodeURIComponent(field)}`, { q: state.q, prefix: text }, { signal: finding.signal });
    const values = answer.values ?? answer.items ?? [];
    if (finders.get(field)?.text !== text) return;
    finders.set(field, { text, values: values.map(({ value, count }) => ({ value: String(value), count })) });
    redraw();
  } catch (error) {
    if (isAbort(error)) return;
    finders.delete(field);
    redraw();
  }
});

function finder(state, redraw) {
  return (field, text) => {
    if (!text.trim()) {
      ask.cancel();
      finders.delete(field);
      redraw();
      return;
    }
    finders.set(field, { text, values: finders.get(field)?.values });
    ask(state, field, text, redraw);
  };
}
