// The latest fraud decisions with their reasons.
import { fill, h } from "../shared/dom.js";
import { money, number, t, time } from "../shared/locale.js";

/** A list of decisions, newest first. */
export function fraudList() {
  const element = h("ol", { class: "decisions", tabindex: 0 });
  let items = [];
  return {
    element,
    update(next) {
      items = next;
      const scrolled = element.scrollTop;
      fill(element, next.map((item) => h("li", { class: "decision", "data-decision": item.decision },
        h("div", { class: "decision-head" },
          h("span", { class: "verdict", "data-decision": item.decision }, t(`fraud.${item.decision}`)),
          h("span", { class: "score", vars: { "--score": `${item.score * 100}%` }, title: t("latest.score") }, h("span", { class: "number" }, number(item.score, 2, 2))),
          h("strong", { class: "number" }, money(item.amount, item.currency)),
          h("time", { class: "number", datetime: item.time }, time(new Date(item.time), { seconds: true }))),
        (item.reasons ?? []).length > 0
          ? h("ul", { class: "reasons" }, item.reasons.slice(0, 3).map((reason) => h("li", { dir: "auto" }, reason.detail ?? reason.code)))
          : h("p", { class: "reasons" }, t("latest.none")))));
      element.scrollTop = scrolled;
    },
    table: () => ({
      head: [t("latest.payment"), t("latest.filter"), t("latest.score"), t("latest.amount"), t("latest.time"), t("latest.reasons")],
      rows: items.map((item) => [item.payment_id, t(`fraud.${item.decision}`), number(item.score, 2, 2), money(item.amount, item.currency),
        time(new Date(item.time), { seconds: true }), (item.reasons ?? []).map((reason) => reason.detail ?? reason.code).join("; ")]),
    }),
  };
}
