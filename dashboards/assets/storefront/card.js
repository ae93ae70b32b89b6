// One product among the results.
import { h, highlighted } from "../shared/dom.js";
import { language, money, number, percent, t } from "../shared/locale.js";
import { picture } from "./art.js";

/** A product's title and description in a language, where it has them; and the language they are in. */
export function texts(product, wanted = language()) {
  const translation = product.translations?.[wanted];
  const title = translation?.title ?? product.title ?? product.product_id;
  return {
    title, description: translation?.description ?? product.description ?? "",
    language: translation?.title ? wanted : undefined,
  };
}

/** How much there is, in words and as a state for the style: `in`, `few`, `out`. */
export function stock(product) {
  const { available, in_stock: isIn } = product.stock ?? {};
  if (isIn === false || (available !== undefined && available <= 0)) return { state: "out", text: t("stock.out") };
  if (available !== undefined && available <= 5) return { state: "few", text: t("stock.few", { count: available }) };
  return { state: "in", text: t("stock.in") };
}

/** Stars with the number of reviews; nothing where a product was never rated. */
export function rating(product) {
  if (typeof product.rating !== "number") return null;
  const count = product.review_count ?? 0;
  return h("span", { class: "rating", title: t("rating", { rating: number(product.rating, 1, 1), count }) },
    h("span", { class: "stars", "aria-hidden": "true", vars: { "--fill": `${(product.rating / 5) * 100}%` } }),
    h("span", { class: "number" }, number(product.rating, 1, 1)),
    count > 0 && h("span", { class: "reviews number" }, `(${number(count)})`));
}

/** The price, with what it was before where it is lower now. */
export function price(product) {
  if (product.price === undefined || product.price === null) return null;
  const was = Number(product.list_price ?? 0);
  const isReduced = was > Number(product.price);
  return h("span", { class: "price" },
    h("span", { class: "price-now number" }, money(product.price, product.currency)),
    isReduced && h("s", { class: "price-was number" },
      h("span", { class: "visually-hidden" }, t("was", { price: "" })), money(was, product.currency)),
    isReduced && h("span", { class: "price-save number" }, t("save", { percent: percent(1 - product.price / was, 0) })));
}

/** A card. `open(event)` is called for a plain click; the link's address works for the others. */
export function card(hit, address, open) {
  const product = hit.document;
  const marks = hit.highlights ?? {};
  const shown = texts(product);
  const isArabic = shown.language === "ar";
  const title = marks[isArabic ? "title_ar" : "title"];
  // What matched in a text that is not shown as the title tells why the product is here.
  const excerpt = title ? null
    : (isArabic ? [marks.description_ar, marks.title, marks.description] : [marks.description, marks.title_ar, marks.description_ar])
      .find(Boolean);
  const amount = stock(product);
  return h("li", { class: "card", "data-stock": amount.state, "data-id": hit.id },
    h("a", {
      href: address, onclick: (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        open(hit);
      },
    },
      h("span", { class: "card-picture" }, picture(product), amount.state !== "in" && h("span", { class: "badge", "data-stock": amount.state }, amount.text)),
      h("span", { class: "card-body" },
        product.brand && h("span", { class: "card-brand" }, h("bdi", null, product.brand)),
        h("h3", { class: "card-title", dir: "auto", lang: shown.language }, title ? highlighted(title) : shown.title),
        excerpt && h("span", { class: "card-excerpt", dir: "auto" }, highlighted(excerpt)),
        rating(product),
        price(product))));
}

/** Cards without content, while the first answer is awaited. */
export const skeletons = (count) => Array.from({ length: count }, () => h("li", { class: "card", "aria-hidden": "true" },
  h("span", { class: "card-picture skeleton" }),
  h("span", { class: "card-body" }, h("span", { class: "skeleton line short" }), h("span", { class: "skeleton line" }), h("span", { class: "skeleton line short" }))));
