// Elements from data. Text only ever becomes text nodes: nothing here, or in any page, writes HTML.

const SVG = "http://www.w3.org/2000/svg";

function apply(element, properties) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.setAttribute("class", value);
    else if (name === "vars") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** An HTML element: properties are attributes, `on…` listeners, or `vars` for CSS custom properties. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  apply(element, properties);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An SVG element. */
export function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  apply(element, attributes);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Replaces what an element contains. */
export function fill(element, ...children) {
  element.replaceChildren(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'", "#x27": "'", "#34": '"', "#x2f": "/" };

/**
 * Nodes for a highlight: HTML-escaped text in which only `<mark>` is markup. Any other tag stays visible as text.
 */
export function highlighted(markup) {
  const nodes = [];
  for (const [, open, body] of markup.matchAll(/(<mark>|<\/mark>|^)([\s\S]*?)(?=<mark>|<\/mark>|$)/g)) {
    const text = body.replace(/&(#?\w+);/g, (all, name) => ENTITIES[name.toLowerCase()] ?? all);
    if (text) nodes.push(open === "<mark>" ? h("mark", null, text) : document.createTextNode(text));
  }
  return nodes;
}

/** Calls `action` once `wait` milliseconds have passed without another call. `cancel()` forgets a pending call. */
export function debounced(wait, action) {
  let timer = 0;
  const call = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}
