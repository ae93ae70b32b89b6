// The overview: follows the views, and keeps panels, range and status in step.
import { barList } from "../charts/bar-list.js";
import { timeChart } from "../charts/time-chart.js";
import { get } from "../shared/api.js";
import { fill, h } from "../shared/dom.js";
import { languageButton, themeButton } from "../shared/header.js";
import { compact, language, money, number, t, time } from "../shared/locale.js";
import { follow } from "./feed.js";
import { fraudList } from "./fraud-list.js";
import { lagList } from "./lag-list.js";
import "./messages.js";
import { panel, segments } from "./panel.js";
import { tiles } from "./tiles.js";

const MINUTE = 60_000;
const DAY = 86_400_000;
const RANGES = { "15m": [15, 1], "1h": [60, 1], "6h": [360, 5], "24h": [1440, 15] };
const VIEWS = ["revenue_per_minute", "top_products", "failed_payments", "payments_per_minute", "searches_per_minute",
  "searches_without_results", "fraud_decisions", "events_per_minute"];
/** Without events for this long, the charts end at the newest one and the page says so. */
const STALE = 3 * MINUTE;
const TOPIC_COLORS = ["series-6", "series-1", "series-3", "series-2", "series-4", "series-5"];

const element = (id) => document.getElementById(id);
const parameters = new URLSearchParams(location.search);
const chosen = {
  range: RANGES[parameters.get("range")] ? parameters.get("range") : "1h",
  currency: "", measure: "revenue", decision: "",
};
let connection = "connecting";
let panels = {};
let views = null;
let lag = null;
const titles = new Map();
const tileRow = tiles(element("tiles"));

// MARK: Time

/** The newest moment that any view has seen. */
const newest = () => Math.max(0, ...VIEWS.map((name) => views[name].watermark ?? 0));

function period() {
  const [minutes, by] = RANGES[chosen.range];
  const step = by * MINUTE;
  const seen = newest();
  const now = Date.now();
  const end = seen && now - seen > STALE ? seen : now;
  const to = (Math.floor(end / step) + 1) * step;
  return { from: to - minutes * MINUTE, to, step };
}

const timesOf = ({ from, to, step }) => Array.from({ length: Math.round((to - from) / step) }, (_, at) => from + at * step);

/** The newest day of a view with windows of a day. */
const today = (view) => ({ from: Math.floor(view.newest / DAY) * DAY });

// MARK: Panels

const chart = (series, options = {}) => timeChart({
  series, format: (value) => number(value), tick: (value) => compact(value), wholeNumbers: true, ...options,
});
const one = (key, color, kind, label = () => t(key)) => ({ key, color, kind, label });
const plain = (color, key) => barList({ color, label: () => t(key) });

function salesContent() {
  const revenue = chart([one("revenue", "series-1", "area", () => t("sales.revenue"))], {
    format: (value) => money(value, chosen.currency), tick: (value) => compact(value), label: () => t("sales.revenue"), height: 264, wholeNumbers: false,
  });
  const orders = chart([one("orders", "series-1", "bar", () => t("sales.orders"))], { label: () => t("sales.orders"), height: 264 });
  const holder = h("div", null, revenue.element);
  const current = () => (chosen.measure === "revenue" ? revenue : orders);
  return {
    element: holder,
    update(range) {
      const view = views.revenue_per_minute;
      const sums = view.series(range, ["revenue", "orders"],
        (row) => chosen.measure === "orders" || view.text(row, "currency") === chosen.currency);
      if (holder.firstChild !== current().element) fill(holder, current().element);
      current().update({ times: timesOf(range), step: range.step, finalBefore: view.finalBefore, values: [sums[chosen.measure]] });
    },
    table: () => current().table(),
  };
}

/** Topics of the events panel are known once events arrived; the chart is made anew when they change. */
function eventsContent() {
  const holder = h("div");
  let topics = "";
  let content = null;
  return {
    element: holder,
    update(range) {
      const view = views.events_per_minute;
      const ranked = view.ranking(["topic"], "events", range).map(({ key }) => key[0]);
      // The order of names, not of sizes, so that colours stay where they are.
      const named = ranked.slice(0, 5).sort();
      const shown = ranked.length > 5 ? [...named, ""] : named;
      if (shown.join() !== topics || !content) {
        topics = shown.join();
        content = chart(shown.map((topic, at) => one(topic, TOPIC_COLORS[at], "bar", () => topic || t("events.other"))), { stacked: true, label: () => t("events") });
        fill(holder, content.element);
      }
      if (shown.length === 0) return false;
      const values = shown.map((topic) => view.series(range, ["events"], (row) => {
        const name = view.text(row, "topic");
        return topic ? name === topic : !named.includes(name);
      }).events);
      content.update({ times: timesOf(range), step: range.step, finalBefore: view.finalBefore, values });
      return true;
    },
    table: () => content?.table() ?? { head: [], rows: [] },
  };
}

function build() {
  const currencies = h("span", { class: "select-frame", hidden: true });
  const contents = {
    sales: salesContent(),
    top: plain("series-1", "top"),
    payments: chart([one("processed", "series-1", "bar", () => t("payments.processed")), one("failed", "series-2", "bar", () => t("payments.failed"))],
      { stacked: true, label: () => t("payments") }),
    failures: plain("series-2", "failures"),
    search: chart([one("with", "series-6", "bar", () => t("search.searches")), one("without", "series-2", "bar", () => t("search.without"))],
      { stacked: true, label: () => t("search") }),
    without: plain("series-6", "without"),
    fraud: chart([one("review", "series-3", "bar", () => t("fraud.review")), one("block", "series-4", "bar", () => t("fraud.block"))],
      { stacked: true, label: () => t("fraud") }),
    latest: fraudList(),
    events: eventsContent(),
    lag: lagList(),
  };
  const make = (id, options) => ({ ...panel({ id, content: contents[id], ...options }), content: contents[id] });
  panels = {
    sales: make("sales", {
      view: "revenue_per_minute", span: "wide",
      controls: [currencies, segments(t("sales"), [["revenue", t("sales.revenue")], ["orders", t("sales.orders")]], chosen.measure, (value) => {
        chosen.measure = value;
        draw();
      })],
    }),
    top: make("top", { view: "top_products", span: "narrow" }),
    payments: make("payments", { view: "payments_per_minute", span: "third" }),
    failures: make("failures", { view: "failed_payments", span: "third" }),
    search: make("search", { view: "searches_per_minute", span: "third" }),
    fraud: make("fraud", { view: "fraud_decisions", span: "third" }),
    latest: make("latest", {
      source: "/v1/fraud/decisions", span: "third",
      controls: [segments(t("latest.filter"), [["", t("fraud.all")], ["review", t("fraud.review")], ["block", t("fraud.block")]], chosen.decision, (value) => {
        chosen.decision = value;
        askFraud();
      })],
    }),
    without: make("without", { view: "searches_without_results", span: "third" }),
    events: make("events", { view: "events_per_minute", span: "half" }),
    lag: make("lag", { source: "/v1/monitoring/lag", span: "half" }),
  };
  panels.currencies = currencies;
  fill(element("grid"), Object.values(panels).filter((one_) => one_.show).map((one_) => one_.element));
}

// MARK: Drawing

function drawCurrencies(range) {
  const ranked = views.revenue_per_minute.ranking(["currency"], "orders", { from: range.from - (range.to - range.from), to: range.to }).map(({ key }) => key[0]);
  if (!chosen.currency || (ranked.length > 0 && !ranked.includes(chosen.currency))) chosen.currency = ranked[0] ?? "";
  const frame = panels.currencies;
  frame.hidden = ranked.length < 2;
  const wanted = ranked.slice().sort().join();
  if (frame.dataset.currencies === wanted) return;
  frame.dataset.currencies = wanted;
  fill(frame, h("select", {
    class: "select", "aria-label": t("currency"), onchange: (event) => {
      chosen.currency = event.target.value;
      draw();
    },
  }, ranked.slice().sort().map((currency) => h("option", { value: currency, selected: currency === chosen.currency }, currency || "–"))));
}

/** Draws a panel from a view, if the view has arrived. */
function show(id, view, update) {
  if (!views[view].isLoaded) return;
  panels[id].show(update(views[view]) === false);
}

function drawLists(range) {
  show("top", "top_products", (view) => {
    const ranked = view.ranking(["product_id"], "quantity", today(view)).slice(0, 8);
    askTitles(ranked.map(({ key }) => key[0]));
    panels.top.content.update(ranked.map(({ key: [id], sum, rows }) => ({
      label: titles.get(id)?.[language()] ?? titles.get(id)?.en ?? id, value: sum, text: number(sum), href: `/?product=${encodeURIComponent(id)}`,
      note: money(rows.reduce((total, row) => total + view.number(row, "revenue"), 0), titles.get(id)?.currency, { whole: true }),
    })), [t("top.product"), t("top.sold"), t("top.revenue")]);
    return ranked.length > 0;
  });
  show("failures", "failed_payments", (view) => {
    const ranked = view.ranking(["provider", "reason"], "failures", range).slice(0, 7);
    panels.failures.content.update(ranked.map(({ key: [provider, reason], sum }) => ({
      label: `${provider}: ${reason.replaceAll("_", " ")}`, value: sum, text: number(sum),
    })), [t("failures.reason"), t("failures.count")]);
    return ranked.length > 0;
  });
  show("without", "searches_without_results", (view) => {
    const ranked = view.ranking(["query"], "searches", today(view)).slice(0, 8);
    panels.without.content.update(ranked.map(({ key: [query], sum }) => ({
      label: query, value: sum, text: number(sum), href: `/?q=${encodeURIComponent(query)}`,
    })), [t("without.query"), t("without.count")]);
    return ranked.length > 0;
  });
}

function drawCharts(range) {
  const times = timesOf(range);
  const draws = (id, view, values) => show(id, view, (one_) => {
    const rows = values(one_);
    panels[id].content.update({ times, step: range.step, finalBefore: one_.finalBefore, values: rows });
    return rows.some((row) => row.some((value) => value > 0));
  });
  show("sales", "revenue_per_minute", (view) => {
    panels.sales.content.update(range);
    return view.rows.size > 0;
  });
  draws("payments", "payments_per_minute", (view) => {
    const sums = view.series(range, ["processed", "failed"]);
    return [sums.processed, sums.failed];
  });
  draws("search", "searches_per_minute", (view) => {
    const sums = view.series(range, ["searches", "without_results"]);
    return [sums.searches.map((value, at) => Math.max(0, value - sums.without_results[at])), sums.without_results];
  });
  draws("fraud", "fraud_decisions", (view) => ["review", "block"].map((decision) =>
    view.series(range, ["payments"], (row) => view.text(row, "decision") === decision).payments));
  show("events", "events_per_minute", () => panels.events.content.update(range));
}

function drawStatus() {
  const seen = newest();
  const isStale = connection === "live" && seen > 0 && Date.now() - seen > STALE;
  const state = isStale ? "stale" : connection;
  const analytics = lag?.models?.find(({ name }) => name === "analytics");
  const facts = [
    seen > 0 && t("status.asOf", { time: time(new Date(seen), { seconds: true }) }),
    analytics?.lag > 0 && t("status.behind", { count: analytics.lag }),
  ].filter(Boolean).join(" · ");
  const status = element("status");
  status.dataset.state = state;
  const words = t(`status.${state}`);
  if (status.dataset.words !== words) {
    status.dataset.words = words;
    fill(status, h("span", { class: "light", "data-tone": { live: "good", connecting: "warn", stale: "warn", reconnecting: "bad" }[state], "aria-hidden": "true" }),
      h("strong", null, words), h("span", { class: "number status-facts", "aria-live": "off" }));
  }
  status.lastChild.textContent = facts;
  const clock = time(new Date(seen), { seconds: true });
  const text = state === "reconnecting" && seen ? t("notice.reconnecting", { time: clock }) : state === "stale" ? t("notice.stale", { time: clock }) : "";
  const notice = element("notice");
  if (notice.textContent !== text) fill(notice, text && h("p", { class: state === "stale" ? "notice warn" : "notice bad" }, text));
}

function draw() {
  if (document.hidden) return;
  drawStatus();
  const range = period();
  drawCurrencies(range);
  if (VIEWS.every((name) => views[name].isLoaded)) tileRow.update(views, range, chosen.currency);
  drawCharts(range);
  drawLists(range);
}

// MARK: What is asked for, not followed

let titlesAsked = new Set();
async function askTitles(ids) {
  const unknown = ids.filter((id) => !titlesAsked.has(id));
  if (unknown.length === 0) return;
  for (const id of unknown) titlesAsked.add(id);
  try {
    const list = unknown.map((id) => JSON.stringify(id)).join(", ");
    const found = await get("/v1/search", { filter: `id IN [${list}]`, size: unknown.length });
    for (const { id, document: product } of found.hits) {
      titles.set(id, { en: product.title, ar: product.translations?.ar?.title, currency: product.currency });
    }
    draw();
  } catch {
    // Ids stand in for titles; the next change asks again.
    titlesAsked = new Set([...titlesAsked].filter((id) => !unknown.includes(id)));
  }
}

async function askFraud() {
  try {
    const found = await get("/v1/fraud/decisions", { size: 20, decision: chosen.decision });
    panels.latest.content.update(found.items);
    panels.latest.show(found.items.length === 0);
  } catch (error) {
    panels.latest.fail(error);
  }
}

async function askLag() {
  try {
    lag = await get("/v1/monitoring/lag");
    panels.lag.content.update(lag);
    panels.lag.show();
  } catch (error) {
    panels.lag.fail(error);
  }
  if (views) drawStatus();
}

/** Asks, waits, asks again, while the page is seen. */
async function poll(ask, milliseconds) {
  for (;;) {
    if (!document.hidden) await ask();
    await new Promise((resume) => setTimeout(resume, milliseconds));
  }
}

// MARK: Start

function drawChrome() {
  document.title = `${t("title")} – Xopix`;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  element("tiles").setAttribute("aria-label", t("tiles"));
  const ranges = segments(t("range.label"), Object.keys(RANGES).map((key) => [key, t(`range.${key}`)]), chosen.range, (value) => {
    chosen.range = value;
    const url = new URL(location.href);
    url.searchParams.set("range", value);
    history.replaceState(null, "", url);
    draw();
  });
  fill(element("actions"), ranges, h("a", { class: "button quiet wide-only", href: "/" }, t("storefront")), languageControl.element, themeControl.element);
}

const themeControl = themeButton();
const languageControl = languageButton(() => {
  themeControl.refresh();
  tileRow.reset();
  delete element("status").dataset.words;
  drawChrome();
  build();
  draw();
  askFraud();
  askLag();
});
drawChrome();
build();
views = follow(VIEWS, () => draw(), (state) => {
  if (state === connection) return;
  connection = state;
  if (views) drawStatus();
});
drawStatus();
setInterval(draw, 5000);
document.addEventListener("visibilitychange", draw);
poll(askLag, 2000);
poll(askFraud, 3000);
