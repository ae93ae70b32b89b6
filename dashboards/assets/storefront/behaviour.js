// Tells the log what shoppers do: searches and clicks. Suggestions, ranking and the dashboards learn from it.

const session = (() => {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
})();
let sequence = 0;

function publish(type, data) {
  sequence += 1;
  const event = {
    specversion: "1.0", id: `${session}-${sequence}`, source: "/storefront", type, time: new Date().toISOString(),
    data: { session_id: session, ...data },
  };
  // A shopper is not bothered with an event that could not be published; the server counts and logs refusals.
  fetch("/v1/events", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(event), keepalive: true,
  }).catch(() => {});
}

export const searched = (query, results) => publish("SearchPerformed", { query, results });
export const clicked = (query, id, position) => publish("SearchResultClicked", { query, product_id: id, position });
export const viewed = (id) => publish("ProductViewed", { product_id: id });
