// The search field with its suggestions: a combobox with a list box, by the WAI-ARIA authoring practices.
// Focus stays in the field; the arrow keys move `aria-activedescendant`.
import { get, isAbort } from "../shared/api.js";
import { debounced, fill, h } from "../shared/dom.js";
import { icon } from "../shared/header.js";
import { money, number, t } from "../shared/locale.js";
import { picture } from "./art.js";
import { categoryParts } from "./messages.js";

const GLASS = "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 5 5";
const CROSS = "M6 6l12 12M18 6 6 18";

/**
 * Brings the search field to life.
 *
 * @param actions `typed(text)` while typing, `submitted(text)`, `category(path)`, `product(id)`.
 */
export function searchBox(actions) {
  const form = document.getElementById("search");
  const input = document.getElementById("query");
  const list = document.getElementById("suggestions");
  const clear = document.getElementById("clear");
  let options = [];
  let active = -1;
  let pending = null;
  /** What was typed, while an option's text stands in the field. */
  let typed = "";

  form.prepend(icon(GLASS));
  clear.append(icon(CROSS));

  const relabel = () => {
    input.placeholder = t("search.placeholder");
    list.setAttribute("aria-label", t("suggest.label"));
    clear.setAttribute("aria-label", t("search.clear"));
  };

  const close = () => {
    suggest.cancel();
    pending?.abort();
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const move = (to) => {
    options[active]?.element.setAttribute("aria-selected", "false");
    active = to;
    const option = options[active];
    if (option) {
      option.element.setAttribute("aria-selected", "true");
      option.element.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.element.id);
      input.value = option.text ?? typed;
    } else {
      input.removeAttribute("aria-activedescendant");
      input.value = typed;
    }
  };

  const option = (entry, ...content) => {
    const element = h("div", {
      class: "suggestion", role: "option", id: `suggestion-${options.length}`, "aria-selected": "false",
      onmousedown: (event) => event.preventDefault(),
      onclick: () => {
        close();
        entry.choose();
      },
    }, content);
    options.push({ ...entry, element });
    return element;
  };

  /** The rest of a suggestion stands out, since what was typed is known already. */
  const completed = (text, prefix) => {
    const start = text.toLocaleLowerCase().startsWith(prefix.toLocaleLowerCase()) ? prefix.length : 0;
    return h("bdi", { class: "suggestion-text" }, text.slice(0, start), h("b", null, text.slice(start)));
  };

  const group = (key, elements) => elements.length > 0
    && h("div", { role: "group", "aria-labelledby": `group-${key}` },
      h("div", { class: "suggestion-group", id: `group-${key}`, role: "presentation" }, t(`suggest.${key}`)), elements);

  const show = (answer, text) => {
    options = [];
    active = -1;
    const queries = (answer.queries ?? []).filter((query) => query.text !== text).slice(0, 6);
    fill(list,
      group("queries", queries.map((query) => option(
        { text: query.text, choose: () => actions.submitted(query.text) }, icon(GLASS), completed(query.text, text)))),
      group("categories", (answer.categories ?? []).slice(0, 4).map((category) => option(
        { choose: () => actions.category(category.value) },
        h("span", { class: "suggestion-path" }, categoryParts(category.value).map((part) => h("span", null, part))),
        h("span", { class: "suggestion-count number" }, number(category.count))))),
      group("products", (answer.products ?? []).slice(0, 5).map((product) => option(
        { choose: () => actions.product(product.id) },
        h("span", { class: "suggestion-picture" }, picture({ ...product, product_id: product.id })),
        h("bdi", { class: "suggestion-text" }, product.title ?? product.id),
        product.price !== undefined && product.price !== null
          && h("span", { class: "suggestion-count number" }, money(product.price, product.currency))))));
    const any = options.length > 0 && document.activeElement === input;
    list.hidden = !any;
    input.setAttribute("aria-expanded", String(any));
  };

  const suggest = debounced(90, async (text) => {
    pending?.abort();
    pending = new AbortController();
    const { signal } = pending;
    try {
      const answer = await get("/v1/autocomplete", { q: text, size: 6 }, { signal });
      if (!signal.aborted && input.value === text) show(answer, text);
    } catch (error) {
      // Suggestions are a help: without them the search itself still works, and reports what is wrong.
      if (!isAbort(error)) close();
    }
  });

  input.addEventListener("input", (event) => {
    typed = input.value;
    clear.hidden = !typed;
    if (event.isComposing) return;
    if (typed.trim()) suggest(typed);
    else close();
    actions.typed(typed);
  });
  input.addEventListener("compositionend", () => input.dispatchEvent(new InputEvent("input")));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) {
        typed = input.value;
        if (typed.trim()) suggest(typed);
        return;
      }
      const count = options.length + 1;
      const step = event.key === "ArrowDown" ? 1 : -1;
      move((active + 1 + step + count) % count - 1);
    } else if (event.key === "Escape") {
      if (isOpen) {
        event.preventDefault();
        input.value = typed;
        close();
      }
    } else if (event.key === "Enter" && isOpen && active >= 0) {
      event.preventDefault();
      const { choose } = options[active];
      close();
      choose();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    actions.submitted(input.value);
  });
  clear.addEventListener("click", () => {
    input.value = "";
    clear.hidden = true;
    close();
    actions.submitted("");
    input.focus();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, dialog");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });

  relabel();
  return {
    relabel,
    /** Shows a query that did not come from the field itself. */
    set(text) {
      const isTyping = document.activeElement === input;
      if (isTyping && (active >= 0 || input.value.trim() === text)) return;
      input.value = text;
      clear.hidden = !text;
    },
  };
}
