// How far each read model is behind the log, by partition; and what could not be read.
import { fill, h } from "../shared/dom.js";
import { number, t } from "../shared/locale.js";
import { table } from "./panel.js";

const modelName = (name) => {
  const text = t(`model.${name}`);
  return text === `model.${name}` ? name : text;
};

/** Models with their lag, each of which opens to its partitions; dead letters by topic. */
export function lagList() {
  const element = h("div", { class: "lag" });
  const open = new Set();
  let report = { models: [] };
  return {
    element,
    update(next) {
      report = next;
      const focused = element.contains(document.activeElement) ? document.activeElement.closest("details")?.dataset.model : null;
      const dead = Object.entries(next.dead_letters ?? {}).filter(([, count]) => count > 0);
      fill(element,
        next.models.map((model) => h("details", {
          class: "model", "data-model": model.name, open: open.has(model.name),
          ontoggle: (event) => (event.target.open ? open.add(model.name) : open.delete(model.name)),
        },
          h("summary", null, h("span", { class: "light", "data-tone": model.lag === null || model.lag > 10_000 ? "bad" : model.lag > 500 ? "warn" : "good", "aria-hidden": "true" }),
            h("strong", null, modelName(model.name)),
            h("span", { class: "number model-lag" }, model.lag === null ? t("lag.unknown") : model.lag === 0 ? t("lag.level") : t("status.behind", { count: model.lag }))),
          table({
            head: [t("lag.partition"), t("lag.position"), t("lag.end"), t("lag.behind")],
            rows: model.partitions.map((one) => [`${one.topic}/${one.partition}`, number(one.position), number(one.end), number(one.lag)]),
          }))),
        h("div", { class: "dead" }, h("h3", null, t("lag.dead")), dead.length === 0
          ? h("p", { class: "panel-note" }, t("lag.dead.none"))
          : h("ul", null, dead.map(([topic, count]) => h("li", null, h("bdi", null, topic), h("strong", { class: "number" }, number(count)))))));
      if (focused) element.querySelector(`[data-model="${CSS.escape(focused)}"] summary`)?.focus({ preventScroll: true });
    },
    table: () => ({
      head: [t("lag.model"), t("lag.partition"), t("lag.position"), t("lag.end"), t("lag.behind")],
      rows: report.models.flatMap((model) => model.partitions.map((one) =>
        [modelName(model.name), `${one.topic}/${one.partition}`, number(one.position), number(one.end), number(one.lag)])),
    }),
  };
}
