// What is being looked at: query, filters, order, product. The address bar holds all of it, so that links and the
// back button work.

const SEPARATOR = " > ";

/** An empty state. */
export const blank = () => ({ q: "", typo: "", sort: "", product: "", filters: new Map() });

/** The state that an address means. */
export function fromURL(search) {
  const state = blank();
  for (const [name, value] of new URLSearchParams(search)) {
    if (name === "q") state.q = value;
    else if (name === "sort") state.sort = value;
    else if (name === "product") state.product = value;
    else if (name === "typo" && value === "off") state.typo = "off";
    else if (["brand", "category", "price", "in_stock"].includes(name) || /^attributes\.[\p{L}\p{N}_-]+$/u.test(name)) {
      toggle(state, name, value, true);
    }
  }
  return state;
}

/** The address that means a state. */
export function toURL(state, language) {
  const parameters = new URLSearchParams();
  if (state.q) parameters.set("q", state.q);
  for (const [field, values] of state.filters) for (const value of values) parameters.append(field, value);
  if (state.typo) parameters.set("typo", state.typo);
  if (state.sort) parameters.set("sort", state.sort);
  if (state.product) parameters.set("product", state.product);
  if (language === "ar") parameters.set("lang", "ar");
  const text = parameters.toString();
  return text ? `/?${text}` : "/";
}

export const isOn = (state, field, value) => state.filters.get(field)?.has(value) ?? false;

/** Switches a filter's value on or off. A category replaces those above and below it. */
export function toggle(state, field, value, on = !isOn(state, field, value)) {
  const values = new Set(state.filters.get(field) ?? []);
  if (on) {
    if (field === "category") {
      for (const other of values) {
        if (value.startsWith(other + SEPARATOR) || other.startsWith(value + SEPARATOR)) values.delete(other);
      }
    }
    values.add(value);
  } else {
    values.delete(value);
  }
  if (values.size) state.filters.set(field, values);
  else state.filters.delete(field);
}

/** A copy that can be changed without changing the original. */
export const copy = (state) => ({
  ...state, filters: new Map([...state.filters].map(([field, values]) => [field, new Set(values)])),
});

/** The bounds of a price value such as `25-50` or `100-`; nil where it is none. */
export function bounds(value) {
  const parts = /^(\d+(?:\.\d+)?)?-(\d+(?:\.\d+)?)?$/.exec(value);
  if (!parts || (parts[1] === undefined && parts[2] === undefined)) return null;
  return { from: parts[1], to: parts[2] };
}

const quoted = (text) => `"${text.replace(/["\\]/g, "\\$&")}"`;

function clause(field, values) {
  if (field === "in_stock") return "in_stock = true";
  if (field === "price") {
    const ranges = [...values].map(bounds).filter(Boolean).map(({ from, to }) =>
      [from !== undefined && `price >= ${from}`, to !== undefined && `price < ${to}`].filter(Boolean).join(" AND "));
    return ranges.length > 1 ? `(${ranges.map((range) => `(${range})`).join(" OR ")})` : (ranges[0] ?? "");
  }
  const list = [...values].map((value) => (value === "true" || value === "false" ? value : quoted(value)));
  return list.length === 1 ? `${field} = ${list[0]}` : `${field} IN [${list.join(", ")}]`;
}

/** The state's filters in the filter language of `/v1/search`. */
export const filterText = (state) =>
  [...state.filters].map(([field, values]) => clause(field, values)).filter(Boolean).join(" AND ");
