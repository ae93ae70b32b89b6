// The view of one product, in a dialog over the results. Its stock follows the log while it is open.
import { get, isAbort } from "../shared/api.js";
import { fill, h } from "../shared/dom.js";
import { icon } from "../shared/header.js";
import { language, t } from "../shared/locale.js";
import { picture } from "./art.js";
import { card, price, rating, stock, texts } from "./card.js";
import { attributeName, categoryParts, term } from "./messages.js";

const CROSS = "M6 6l12 12M18 6 6 18";
const EVERY = 3000;

/**
 * The product view.
 *
 * @param actions `closed()`, `category(path)`, `open(id)`, `address(id)`.
 */
export function productView(actions) {
  const dialog = document.getElementById("product");
  let shown = "";
  let reading = language();
  let request = null;
  let timer = 0;

  const closeButton = () => h("button", {
    class: "button icon-only dialog-close", type: "button", "aria-label": t("product.close"), onclick: () => dialog.close(),
  }, icon(CROSS));

  const details = (product) => Object.entries(product.attributes ?? {}).map(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return h("div", null, h("dt", null, attributeName(name)),
      h("dd", null, h("bdi", null, values.map((one) => (typeof one === "boolean" ? t(String(one)) : term(String(one)))).join(language() === "ar" ? "، " : ", "))));
  });

  const stockLine = (product) => {
    const amount = stock(product);
    const { available } = product.stock ?? {};
    return h("p", { class: "stock-line", "data-stock": amount.state, id: "stock", role: "status" },
      h("span", { class: "dot", "aria-hidden": "true" }),
      h("span", null, amount.state === "in" && available !== undefined ? t("stock.count", { count: available }) : amount.text),
      h("span", { class: "live" }, t("stock.live")));
  };

  const draw = (product, similar) => {
    const text = texts(product, reading);
    const other = reading === "ar" ? "en" : "ar";
    const hasOther = other === "ar" ? Boolean(product.translations?.ar?.title) : Boolean(product.title);
    const path = product.categories ?? [];
    const paragraphs = h("div", { class: "product-text", dir: "auto", lang: text.language ?? "en" },
      h("h2", { id: "product-title" }, text.title),
      h("p", { class: "product-description" }, text.description));
    fill(dialog, closeButton(),
      h("div", { class: "product-layout" },
        h("div", { class: "product-picture" }, picture(product)),
        h("div", { class: "product-body" },
          h("ol", { class: "crumbs" }, path.map((_, index) => h("li", null, h("button", {
            class: "crumb", type: "button", onclick: () => actions.category(path.slice(0, index + 1).join(" > ")),
          }, categoryParts(path[index])[0])))),
          product.brand && h("p", { class: "card-brand" }, h("bdi", null, product.brand)),
          paragraphs,
          hasOther && h("button", {
            class: "link-button small", type: "button", lang: other,
            onclick: () => {
              reading = other;
              draw(product, similar);
            },
          }, t(`product.read.${other}`)),
          h("div", { class: "product-facts" }, price(product), rating(product)),
          stockLine(product),
          h("dl", { class: "details" }, details(product),
            h("div", null, h("dt", null, t("product.id")), h("dd", { class: "number" }, h("bdi", null, product.product_id ?? shown)))),
          h("p", { class: "hint" }, [
            product.seller && t("product.seller", { seller: product.seller }),
            product.signals?.sold > 0 && t("product.sold", { count: product.signals.sold }),
          ].filter(Boolean).join(" · ")))),
      similar.length > 0 && h("section", { class: "similar" },
        h("h3", null, t("product.similar")),
        h("ol", { class: "similar-row" }, similar.map((hit) => card(hit, actions.address(hit.id), () => actions.open(hit.id))))));
  };

  const load = async (id) => {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const path = `/v1/products/${encodeURIComponent(id)}`;
    try {
      const answer = await get(path, {}, { signal });
      const product = answer.document ?? answer;
      draw(product, []);
      dialog.scrollTop = 0;
      follow(id);
      const near = await get(`${path}/similar`, { size: 6 }, { signal });
      const hits = (near.hits ?? near.items ?? []).map((hit) => ({ id: hit.id ?? hit.product_id, document: hit.document ?? hit }));
      if (shown === id) draw(product, hits);
    } catch (error) {
      if (isAbort(error)) return;
      if (!dialog.querySelector("#product-title")) {
        fill(dialog, closeButton(), h("div", { class: "blank" },
          h("h2", { id: "product-title" }, error.status === 404 ? t("product.missing") : t("error.title")),
          h("p", null, error.status === 404 ? id : (error.message === "unreachable" ? t("error.unreachable") : error.message))));
      }
    }
  };

  /** Asks for the stock again and again, while the page is seen. */
  const follow = (id) => {
    clearInterval(timer);
    timer = setInterval(async () => {
      if (document.hidden || shown !== id) return;
      try {
        const answer = await get(`/v1/products/${encodeURIComponent(id)}`, {}, { signal: request.signal });
        const line = document.getElementById("stock");
        const next = stockLine(answer.document ?? answer);
        if (shown === id && line && line.textContent !== next.textContent) line.replaceWith(next);
        line?.classList.remove("stale");
      } catch (error) {
        if (!isAbort(error)) document.getElementById("stock")?.classList.add("stale");
      }
    }, EVERY);
  };

  dialog.setAttribute("aria-labelledby", "product-title");
  dialog.addEventListener("close", () => {
    clearInterval(timer);
    request?.abort();
    fill(dialog);
    if (shown) {
      shown = "";
      actions.closed();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  return {
    /** Shows a product, or none for an empty id. */
    show(id) {
      if (id === shown) return;
      shown = id;
      if (!id) {
        dialog.close();
        return;
      }
      reading = language();
      fill(dialog, closeButton(), h("div", { class: "product-layout" }, h("div", { class: "product-picture skeleton" }),
        h("div", { class: "product-body" }, h("span", { class: "skeleton line" }), h("span", { class: "skeleton line short" }))));
      if (!dialog.open) dialog.showModal();
      load(id);
    },
  };
}
