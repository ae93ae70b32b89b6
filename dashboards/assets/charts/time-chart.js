// A chart over time: lines, areas or bars, stacked or not, as SVG. It can be read with the pointer, with the arrow
// keys, by a screen reader (a summary in words), and as a table.
import { fill, h, s } from "../shared/dom.js";
import { day, t, time } from "../shared/locale.js";
import { timeMarks, valueMarks } from "./scale.js";

const TOP = 10;
const BOTTOM = 24;

/**
 * @param options.series `[{key, label(), color, kind: "area" | "line" | "bar"}]`; `color` is the name of a CSS
 *   custom property.
 * @param options.stacked whether each series stands on the one before.
 * @param options.format a value in words; `options.tick` the same, short, for the axis.
 * @param options.label() what the chart shows, for its accessible name.
 */
export function timeChart({ series, stacked = false, format, tick = format, label, height = 220, wholeNumbers = false }) {
  const svg = s("svg", { class: "chart-svg", tabindex: 0, role: "img" });
  const tip = h("div", { class: "chart-tip", hidden: true, "aria-hidden": "true" });
  const spoken = h("p", { class: "visually-hidden", "aria-live": "polite" });
  const legend = h("ul", { class: "legend" });
  const frame = h("div", { class: "chart-frame" }, svg, tip);
  const element = h("div", { class: "chart" }, legend, frame, spoken);
  let drawn = null;
  let width = 0;
  let cursor = -1;
  let geometry = null;

  /** The lower and upper end of each series' mark at each time. */
  const stack = ({ values }) => {
    const floor = new Array(values[0]?.length ?? 0).fill(0);
    return values.map((row) => row.map((value, index) => {
      const low = stacked ? floor[index] : 0;
      if (stacked) floor[index] += value;
      return [low, low + value];
    }));
  };

  const line = (points) => points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

  const draw = () => {
    if (!drawn || width < 40) return;
    const { times, step, finalBefore } = drawn;
    const ends = stack(drawn);
    const most = Math.max(0, ...ends.flat().map(([, high]) => high));
    const marks = valueMarks(most, height > 160 ? 4 : 3, wholeNumbers);
    const top = marks.at(-1);
    const labels = marks.map((mark) => tick(mark));
    const left = Math.max(28, ...labels.map((text) => text.length * 6.6 + 12));
    const inner = Math.max(10, width - left - 8);
    const from = times[0];
    const to = times.at(-1) + step;
    const isBars = series.every(({ kind }) => kind === "bar");
    // A bar fills its window; a line's point stands in the middle of it.
    const x = (moment) => left + ((moment - from) / (to - from)) * inner;
    const middle = (moment) => x(moment + step / 2);
    const y = (value) => TOP + (1 - value / top) * (height - TOP - BOTTOM);
    geometry = { x: middle, left, inner };

    // Windows that may still change are drawn fainter.
    const open = finalBefore ? times.findIndex((moment) => moment + step > finalBefore) : -1;
    const split = open < 0 ? times.length : open;
    const shapes = series.map(({ color, kind }, index) => {
      const style = { "--color": `var(--${color})` };
      const points = ends[index];
      if (kind === "bar") {
        const wide = Math.max(1, (inner / times.length) * 0.74);
        return s("g", { class: "bars", vars: style }, points.map(([low, high], at) => high > low && s("rect", {
          x: (middle(times[at]) - wide / 2).toFixed(1), width: wide.toFixed(1), y: y(high).toFixed(1),
          height: Math.max(0.5, y(low) - y(high)).toFixed(1), class: at >= split ? "open" : null,
        })));
      }
      const upper = points.map(([, high], at) => [middle(times[at]), y(high)]);
      const lower = points.map(([low], at) => [middle(times[at]), y(low)]);
      const closed = Math.max(1, split);
      return s("g", { vars: style },
        kind === "area" && s("path", { class: "area", d: `${line(upper)}L${line([...lower].reverse()).slice(1)}Z` }),
        s("path", { class: "line", d: line(upper.slice(0, closed)) }),
        closed < upper.length && s("path", { class: "line open", d: line(upper.slice(closed - 1)) }));
    });
    const timeCount = Math.max(2, Math.floor(inner / 76));
    const isLong = to - from > 2 * 86_400_000;
    fill(svg,
      s("g", { class: "axis" }, marks.map((mark, index) => [
        s("line", { x1: left, x2: left + inner, y1: y(mark), y2: y(mark), class: mark === 0 ? "base" : null }),
        s("text", { x: left - 8, y: y(mark) + 4, "text-anchor": "end" }, labels[index]),
      ])),
      s("g", { class: "axis" }, timeMarks(from, to, timeCount).filter((mark) => x(mark) > left + 12 && x(mark) < left + inner - 12)
        .map((mark) => s("text", { x: x(mark), y: height - 6, "text-anchor": "middle" }, (isLong ? day : time)(new Date(mark))))),
      shapes,
      s("g", { class: "cursor" }));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("height", height);
    svg.classList.toggle("is-bars", isBars);
    if (cursor >= 0) point(Math.min(cursor, times.length - 1), false);
  };

  const point = (index, isSpoken) => {
    cursor = index;
    const moment = drawn.times[index];
    const ends = stack(drawn);
    const scale = valueMarks(Math.max(0, ...ends.flat().map(([, high]) => high)), height > 160 ? 4 : 3, wholeNumbers).at(-1);
    const x = geometry.x(moment);
    const layer = svg.querySelector(".cursor");
    fill(layer, s("line", { x1: x, x2: x, y1: TOP, y2: height - BOTTOM }),
      series.map(({ color, kind }, at) => kind !== "bar" && s("circle", {
        cx: x, cy: TOP + (1 - ends[at][index][1] / scale) * (height - TOP - BOTTOM), r: 3.5, vars: { "--color": `var(--${color})` },
      })));
    const isOpen = drawn.finalBefore && moment + drawn.step > drawn.finalBefore;
    const range = drawn.step > 60_000
      ? `${time(new Date(moment))} – ${time(new Date(moment + drawn.step))}` : time(new Date(moment));
    fill(tip, h("p", { class: "chart-tip-time number" }, range, isOpen && h("span", { class: "tag" }, t("chart.open"))),
      series.map((one, at) => h("p", { class: "chart-tip-row" }, h("span", { class: "swatch", vars: { "--color": `var(--${one.color})` } }),
        h("span", null, one.label()), h("strong", { class: "number" }, format(drawn.values[at][index])))));
    tip.hidden = false;
    const half = tip.offsetWidth / 2;
    tip.style.setProperty("--x", `${Math.min(Math.max(x, half), width - half)}px`);
    if (isSpoken) {
      spoken.textContent = `${range}: ${series.map((one, at) => `${one.label()} ${format(drawn.values[at][index])}`).join(", ")}`;
    }
  };

  const leave = () => {
    cursor = -1;
    tip.hidden = true;
    const layer = svg.querySelector(".cursor");
    if (layer) fill(layer);
  };

  svg.addEventListener("pointermove", (event) => {
    if (!geometry || !drawn?.times.length) return;
    const at = (event.clientX - svg.getBoundingClientRect().left - geometry.left) / geometry.inner;
    point(Math.min(drawn.times.length - 1, Math.max(0, Math.floor(at * drawn.times.length))), false);
  });
  svg.addEventListener("pointerleave", leave);
  svg.addEventListener("blur", leave);
  svg.addEventListener("keydown", (event) => {
    const last = (drawn?.times.length ?? 0) - 1;
    if (last < 0 || !geometry) return;
    const from = cursor < 0 ? last + 1 : cursor;
    const to = { ArrowLeft: from - 1, ArrowRight: cursor < 0 ? last : from + 1, Home: 0, End: last, PageUp: from - 10, PageDown: from + 10 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      point(Math.min(last, Math.max(0, to)), true);
    } else if (event.key === "Escape") {
      leave();
    }
  });
  new ResizeObserver(([entry]) => {
    const next = Math.round(entry.contentRect.width);
    if (next !== width) {
      width = next;
      draw();
    }
  }).observe(frame);

  return {
    element,
    /** Shows other data: `{times, step, finalBefore, values}`, a row of values for each series. */
    update(next) {
      drawn = next;
      fill(legend, series.length > 1 && series.map((one, at) => h("li", null,
        h("span", { class: "swatch", vars: { "--color": `var(--${one.color})` } }), one.label(),
        h("strong", { class: "number" }, format(next.values[at].reduce((sum, value) => sum + value, 0))))));
      legend.hidden = series.length < 2;
      const sums = series.map((one, at) => `${one.label()}: ${format(next.values[at].reduce((sum, value) => sum + value, 0))}`);
      svg.setAttribute("aria-label", `${label()}. ${time(new Date(next.times[0]))} – ${time(new Date(next.times.at(-1) + next.step))}. ${sums.join(", ")}. ${t("chart.keys")}`);
      draw();
    },
    /** The same data as rows of a table, newest first. */
    table() {
      if (!drawn) return { head: [], rows: [] };
      return {
        head: [t("chart.time"), ...series.map((one) => one.label())],
        rows: drawn.times.map((moment, index) => [time(new Date(moment)), ...drawn.values.map((row) => format(row[index]))]).reverse(),
      };
    },
  };
}

/** A line without axes, for a tile. It adds nothing to the number beside it, so it is hidden from screen readers. */
export function sparkline(values, color) {
  const most = Math.max(...values, 1e-9);
  const points = values.map((value, index) => `${((index / Math.max(1, values.length - 1)) * 100).toFixed(2)} ${(27 - (value / most) * 25).toFixed(2)}`);
  return s("svg", { class: "sparkline", viewBox: "0 0 100 28", preserveAspectRatio: "none", "aria-hidden": "true", vars: { "--color": `var(--${color})` } },
    s("path", { class: "area", d: `M0 28L${points.join("L")}L100 28Z` }), s("path", { class: "line", d: `M${points.join("L")}` }));
}
