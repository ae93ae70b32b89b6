// Ranked values as rows with a bar behind: a bar chart that reads as a list, on a phone too.
import { fill, h } from "../shared/dom.js";

/** A list of `[{key, label, value, text, note, href}]`; bars are in proportion to the largest value. */
export function barList({ color, label }) {
  const list = h("ol", { class: "bar-list", "aria-label": label?.() });
  let rows = [];
  let head = [];
  return {
    element: list,
    update(next, titles) {
      rows = next;
      head = titles;
      const most = Math.max(1e-9, ...next.map((row) => row.value));
      fill(list, next.map((row) => h("li", { class: "bar-row", vars: { "--part": `${(row.value / most) * 100}%`, "--color": `var(--${row.color ?? color})` } },
        h("span", { class: "bar-label" }, h("bdi", null, row.href ? h("a", { href: row.href }, row.label) : row.label)),
        row.note && h("span", { class: "bar-note number" }, row.note),
        h("span", { class: "bar-value number" }, row.text))));
    },
    table: () => ({ head, rows: rows.map((row) => [row.label, row.text, ...(row.note ? [row.note] : [])]) }),
  };
}
