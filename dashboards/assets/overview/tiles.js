// The key figures: a number for the chosen range, how it changed, and its course.
import { sparkline } from "../charts/time-chart.js";
import { fill, h } from "../shared/dom.js";
import { compact, money, number, percent, t } from "../shared/locale.js";

const sum = (values) => values.reduce((total, value) => total + value, 0);
const ratio = (part, whole) => (whole > 0 ? part / whole : 0);
const each = (part, whole) => part.map((value, at) => ratio(value, whole[at]));

/** Each tile: its numbers by step, how they make one figure, and whether more is better (1) or worse (-1). */
function figures(views, range, currency) {
  const inCurrency = (row) => views.revenue_per_minute.text(row, "currency") === currency;
  const sales = views.revenue_per_minute.series(range, ["revenue"], inCurrency).revenue;
  const salesOrders = views.revenue_per_minute.series(range, ["orders"], inCurrency).orders;
  const orders = views.revenue_per_minute.series(range, ["orders"]).orders;
  const payments = views.payments_per_minute.series(range, ["processed", "failed"]);
  const attempts = payments.processed.map((value, at) => value + payments.failed[at]);
  const search = views.searches_per_minute.series(range, ["searches", "without_results"]);
  const blocked = views.fraud_decisions.series(range, ["payments"], (row) => views.fraud_decisions.text(row, "decision") === "block").payments;
  return {
    revenue: { value: sum(sales), course: sales, color: "series-1", good: 1, format: (value) => money(value, currency, { whole: value >= 1000 }) },
    orders: { value: sum(orders), course: orders, color: "series-1", good: 1, format: (value) => number(value) },
    average: { value: ratio(sum(sales), sum(salesOrders)), course: each(sales, salesOrders), color: "series-1", good: 1, format: (value) => money(value, currency) },
    failed: { value: ratio(sum(payments.failed), sum(attempts)), course: each(payments.failed, attempts), color: "series-2", good: -1, format: (value) => percent(value) },
    searches: { value: sum(search.searches), course: search.searches, color: "series-6", good: 1, format: (value) => (value >= 100_000 ? compact(value) : number(value)) },
    empty: { value: ratio(sum(search.without_results), sum(search.searches)), course: each(search.without_results, search.searches), color: "series-6", good: -1, format: (value) => percent(value) },
    blocked: { value: sum(blocked), course: blocked, color: "series-4", good: -1, format: (value) => number(value) },
  };
}

/** Draws the tiles into `element`; only what changed is written. */
export function tiles(element) {
  const parts = new Map();
  return {
    reset() {
      parts.clear();
      fill(element);
    },
    update(views, range, currency) {
      const now = figures(views, range, currency);
      const length = range.to - range.from;
      const before = figures(views, { from: range.from - length, to: range.from, step: range.step }, currency);
      for (const [key, figure] of Object.entries(now)) {
        if (!parts.has(key)) {
          const value = h("p", { class: "tile-value number", "data-figure": key });
          const change = h("p", { class: "tile-change" });
          const course = h("div", { class: "tile-course" });
          parts.set(key, { value, change, course });
          element.append(h("article", { class: "tile" }, h("h2", null, t(`tile.${key}`)), value, change, course));
        }
        const { value, change, course } = parts.get(key);
        const text = figure.format(figure.value);
        if (value.textContent !== text) value.textContent = text;
        const old = before[key].value;
        const by = old > 0 ? figure.value / old - 1 : null;
        const sign = by === null || Math.abs(by) < 0.005 ? "" : by > 0 ? "↑" : "↓";
        const tone = !sign ? "even" : (by > 0 ? 1 : -1) === figure.good ? "good" : "bad";
        fill(change, by === null ? t("tile.new") : [
          h("strong", { class: `number ${tone}` }, `${sign} ${percent(Math.abs(by), Math.abs(by) < 0.1 ? 1 : 0)}`),
          h("span", null, t("tile.before", { change: "" }).trim())]);
        fill(course, sparkline(figure.course, figure.color));
      }
    },
  };
}
