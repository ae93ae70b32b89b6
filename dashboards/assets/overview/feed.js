// The live views: a snapshot each, then changed rows, over one event stream that reconnects by itself.

const RETRY = 3000;
/** Older windows than this before the newest one are forgotten: the longest range twice over, for comparisons. */
const KEPT = 49 * 3_600_000;

/** The rows of one streaming view, by their keys. */
class View {
  constructor() {
    this.columns = [];
    this.rows = new Map();
    this.watermark = null;
    this.finalBefore = null;
    this.isLoaded = false;
    this.newest = 0;
  }

  take({ columns, rows, watermark, final_before: finalBefore }, isSnapshot) {
    if (isSnapshot) this.rows.clear();
    if (columns) {
      this.columns = columns;
      this.index = Object.fromEntries(columns.map(({ name }, at) => [name, at]));
      this.keys = columns.flatMap(({ key }, at) => (key ? [at] : []));
      this.timeAt = this.index.window_start ?? this.index.time;
    }
    for (const row of rows) {
      const start = Date.parse(row[this.timeAt]);
      this.newest = Math.max(this.newest, start);
      this.rows.set(JSON.stringify(this.keys.map((at) => row[at])), { start, row });
    }
    for (const [key, { start }] of this.rows) if (start < this.newest - KEPT) this.rows.delete(key);
    if (watermark) this.watermark = Date.parse(watermark);
    if (finalBefore) this.finalBefore = Date.parse(finalBefore);
    this.isLoaded = true;
  }

  /** A column's value in a row as a number; decimals come as text. */
  number(row, column) {
    return Number(row[this.index[column]] ?? 0);
  }

  text(row, column) {
    return String(row[this.index[column]] ?? "");
  }

  /**
   * Sums of columns by equal steps of time: `{column: [sum, …]}`; nought where there was nothing.
   *
   * @param where takes a row and says whether it counts.
   */
  series(range, columns, where = () => true) {
    const count = Math.round((range.to - range.from) / range.step);
    const sums = Object.fromEntries(columns.map((column) => [column, new Array(count).fill(0)]));
    for (const { start, row } of this.rows.values()) {
      if (start < range.from || start >= range.to || !where(row)) continue;
      const at = Math.floor((start - range.from) / range.step);
      for (const column of columns) sums[column][at] += this.number(row, column);
    }
    return sums;
  }

  /** Sums of a column by the values of others, largest first: `[{key: [text, …], sum, rows}]`. */
  ranking(by, column, { from = -Infinity, to = Infinity } = {}) {
    const groups = new Map();
    for (const { start, row } of this.rows.values()) {
      if (start < from || start >= to) continue;
      const key = by.map((name) => this.text(row, name));
      const id = JSON.stringify(key);
      const group = groups.get(id) ?? { key, sum: 0, rows: [] };
      group.sum += this.number(row, column);
      group.rows.push(row);
      groups.set(id, group);
    }
    return [...groups.values()].filter(({ sum }) => sum > 0)
      .sort((left, right) => right.sum - left.sum || (JSON.stringify(left.key) < JSON.stringify(right.key) ? -1 : 1));
  }
}

/**
 * Follows views.
 *
 * @param changed called after data arrived, at most once a frame.
 * @param state called with `connecting`, `live` or `reconnecting` when that changes.
 */
export function follow(names, changed, state) {
  const views = Object.fromEntries(names.map((name) => [name, new View()]));
  let isPending = false;
  const notify = () => {
    if (isPending) return;
    isPending = true;
    setTimeout(() => {
      isPending = false;
      changed();
    }, 150);
  };
  const take = (isSnapshot) => (event) => {
    const data = JSON.parse(event.data);
    state("live");
    views[data.view]?.take(data, isSnapshot);
    notify();
  };
  const connect = () => {
    const source = new EventSource(`/v1/analytics/stream?views=${names.join(",")}`);
    source.addEventListener("snapshot", take(true));
    source.addEventListener("change", take(false));
    source.addEventListener("open", () => state("live"));
    source.addEventListener("error", () => {
      state("reconnecting");
      // An answer other than a stream closes the source for good; then it is for us to try again.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY);
    });
  };
  state("connecting");
  connect();
  return views;
}
