// A panel: a title, a chart or list, the same as a table, and where its numbers come from.
import { fill, h } from "../shared/dom.js";
import { icon } from "../shared/header.js";
import { t } from "../shared/locale.js";

const TABLE = "M4 5h16v14H4zM4 10h16M4 14.500h16M10 5v14";
const GRAPH = "M4 20V10m6 10V4m6 16v-7m4 7H2";

/** A table of text. */
export const table = ({ head, rows }) => h("div", { class: "table-frame", tabindex: 0 }, h("table", { class: "data" },
  h("thead", null, h("tr", null, head.map((text) => h("th", { scope: "col" }, text)))),
  h("tbody", null, rows.map((row) => h("tr", null, row.map((cell, at) => (at ? h("td", { class: "number" }, cell) : h("th", { scope: "row" }, h("bdi", null, cell)))))))));

/** Buttons of which one is pressed. `options` are `[value, label]`. */
export function segments(label, options, chosen, choose) {
  return h("div", { class: "segments", role: "group", "aria-label": label }, options.map(([value, text]) => h("button", {
    type: "button", "aria-pressed": String(value === chosen), "data-value": value,
    onclick: (event) => {
      for (const button of event.currentTarget.parentElement.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
      choose(value);
    },
  }, text)));
}

/**
 * @param options.id the panel's id and the key of its title.
 * @param options.view the view behind it, for links to its data; nothing where `source` names another address.
 * @param options.content `{element, table()}`; without `table` there is no table to show.
 * @param options.controls elements beside the title.
 */
export function panel({ id, view, source = view && `/v1/analytics/views/${view}`, span, content, controls = [] }) {
  let isTable = false;
  const note = h("p", { class: "panel-note", role: "status" });
  const body = h("div", { class: "panel-body" });
  const toggle = content.table && h("button", { class: "button icon-only quiet small", type: "button" });
  const place = () => {
    if (toggle) {
      const label = t(isTable ? "panel.chart" : "panel.table");
      toggle.title = label;
      toggle.setAttribute("aria-label", label);
      toggle.setAttribute("aria-pressed", String(isTable));
      fill(toggle, icon(isTable ? GRAPH : TABLE));
    }
    if (isTable) {
      const scrolled = body.querySelector(".table-frame")?.scrollTop ?? 0;
      const hadFocus = body.contains(document.activeElement);
      fill(body, table(content.table()));
      body.firstChild.scrollTop = scrolled;
      if (hadFocus) body.firstChild.focus();
    } else if (body.firstChild !== content.element) {
      fill(body, content.element);
    }
  };
  toggle?.addEventListener("click", () => {
    isTable = !isTable;
    place();
  });
  const element = h("section", { class: "panel", id: `panel-${id}`, "data-span": span, "aria-labelledby": `title-${id}` },
    h("header", { class: "panel-head" }, h("h2", { id: `title-${id}` }, t(id)), h("div", { class: "panel-controls" }, controls, toggle)),
    body, note,
    source && h("footer", { class: "panel-foot" }, h("a", { href: source }, view ?? source.replace("/v1/", "")),
      view && h("a", { href: `${source}?format=csv` }, "CSV")));
  fill(body, h("div", { class: "skeleton panel-skeleton" }));
  return {
    element,
    /** Shows what `content` holds now; or, where there is nothing, says so. */
    show(isEmpty = false) {
      note.textContent = isEmpty ? t("panel.none") : "";
      note.hidden = !isEmpty;
      body.hidden = isEmpty;
      if (!isEmpty) place();
    },
    /** Says why there is nothing to show; what was shown before stays. */
    fail(error) {
      note.textContent = t("panel.failed", { reason: error.message === "unreachable" ? t("panel.unreachable") : error.message });
      note.hidden = false;
      if (body.querySelector(".panel-skeleton")) body.hidden = true;
    },
  };
}
