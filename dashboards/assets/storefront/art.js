// Pictures for products that have none: a line drawing of the kind of thing on colours that the id decides.
import { s } from "../shared/dom.js";

const DRAWINGS = {
  mouse: "M24 6a11 11 0 0 1 11 11v14a11 11 0 0 1-22 0V17A11 11 0 0 1 24 6Zm0 7v6",
  keyboard: "M5 14h38v20H5zM11 20h2m5 0h2m5 0h2m5 0h2m5 0h1M12 27h2m3 0h14m3 0h2",
  laptop: "M10 10h28v21H10zM4 36h40l-3 3H7z",
  screen: "M5 9h38v25H5zM24 34v6m-8 1h16",
  storage: "M13 6h22v36H13zM18 34h12M24 13a6 6 0 1 0 0 12 6 6 0 0 0 0-12Z",
  speaker: "M13 5h22v38H13zM24 20a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4Zm0-16a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  headphones: "M8 30v-5a16 16 0 0 1 32 0v5M8 28h6v12H8zM34 28h6v12h-6z",
  phone: "M15 5h18v38H15zM22 38h4",
  charger: "M15 20h18v10a9 9 0 0 1-18 0zM19 20v-9m10 9v-9M24 39v4",
  watch: "M24 13a11 11 0 1 0 0 22 11 11 0 0 0 0-22ZM19 13l1-8h8l1 8M19 35l1 8h8l1-8M24 18v6l4 3",
  camera: "M6 14h9l3-5h12l3 5h9v25H6zM24 18a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z",
  bulb: "M18 33c0-4-6-7-6-15a12 12 0 0 1 24 0c0 8-6 11-6 15zM18 38h12m-9 5h6",
  kettle: "M14 16h17l4 24H11zM31 19c6 0 9 3 9 8s-2 7-5 8M17 16c0-4 3-6 6-6s5 2 5 6M22 6h2M14 20l-6-3",
  cup: "M9 16h25v12a11 11 0 0 1-22 0zM34 19h4a5 5 0 0 1 0 10h-4M17 5v5m6-6v6m6-5v5",
  pot: "M9 18h30v16a5 5 0 0 1-5 5H14a5 5 0 0 1-5-5zM4 22h5m30 0h5M14 18c0-4 4-7 10-7s10 3 10 7M24 8v3",
  appliance: "M13 5h22v38H13zM13 30h22M18 12h12v12H18zM24 35v3",
  knife: "M6 34 36 6c4 6 2 13-4 19L20 34zM20 34l-5 7",
  bed: "M5 38V12m0 18h38v8M5 30v-6h38v6M11 24v-6h12v6",
  lamp: "M16 6h16l5 17H11zM24 23v18m-8 1h16",
  rug: "M10 8h28v32H10zM15 14h18v20H15zM24 18l5 6-5 6-5-6zM14 40v3m6-3v3m8-3v3m6-3v3",
  vacuum: "M30 6 20 34M20 34h14v7H10v-7zM30 6h8",
  basket: "M8 20h32l-4 20H12zM14 20c0-8 4-12 10-12s10 4 10 12M12 27h24M13 33h22",
  candle: "M15 22h18v20H15zM24 22v-4m0-12c4 4 4 8 0 10-4-2-4-6 0-10Z",
  dress: "M18 5c1 5 11 5 12 0l3 1-2 12 8 23H9l8-23-2-12z",
  shirt: "M17 7c2 4 12 4 14 0l11 6-4 9-5-2v21H15V20l-5 2-4-9z",
  trousers: "M14 6h20l3 36h-9l-4-24-4 24h-9z",
  shoe: "M5 30V17c4 4 9 4 12 0l9 9c5 3 17 2 17 8v3H5zM5 33h38",
  bag: "M10 17h28l3 25H7zM17 21v-7a7 7 0 0 1 14 0v7",
  glasses: "M4 20h40M13 20a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm22 0a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM20 25c2-2 6-2 8 0",
  bottle: "M20 5h8v8l5 7v23H15V20l5-7zM15 28h18",
  flask: "M20 6h8v8c6 3 9 8 9 14 0 8-5 14-13 14s-13-6-13-14c0-6 3-11 9-14zM12 28h24",
  brush: "M20 24h8v19h-8zM18 24l2-8V6c5 0 8 3 8 8v2l2 8z",
  ball: "M24 6a18 18 0 1 0 0 36 18 18 0 0 0 0-36Zm0 10 8 6-3 9H19l-3-9zM24 6v10M7 19l9 3m-5 15 8-6m18 6-8-6m12-12-9 3",
  weights: "M5 19v10m6-15v20m26-20v20m6-15v10M11 24h26",
  bicycle: "M12 23a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm24 0a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 32l7-16h12l5 16M19 16l6 16h-13m12 0 7-16m-15-3h5m8-3h4",
  waves: "M4 18c5-5 8-5 13 0s8 5 13 0 8-5 14 0M4 29c5-5 8-5 13 0s8 5 13 0 8-5 14 0",
  tent: "M24 8 5 40h38zM24 8v32M24 24l8 16H16z",
  blocks: "M8 24h15v16H8zM25 24h15v16H25zM16 7h16v17H16z",
  puzzle: "M8 16h9c-3-8 9-8 6 0h9v9c8-3 8 9 0 6v9H8z",
  bear: "M24 15a12 12 0 1 0 0 24 12 12 0 0 0 0-24ZM13 10a5 5 0 1 0 3 9m19-9a5 5 0 1 1-3 9M19 25h1m8 0h1m-8 6c2 2 4 2 6 0",
  car: "M5 30v-8l7-2 5-9h15l6 9 5 3v7zM13 27a5 5 0 1 0 0 10 5 5 0 0 0 0-10Zm22 0a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z",
  book: "M24 12c-5-4-12-5-18-4v30c6-1 13 0 18 4 5-4 12-5 18-4V8c-6-1-13 0-18 4Zm0 0v30",
  food: "M24 42c-10 0-16-8-16-17s6-13 16-13 16 4 16 13-6 17-16 17ZM24 12c0-4 2-6 6-7M17 22c-2 1-3 3-3 5",
  jar: "M14 12h20v4c4 3 4 6 4 10v12a5 5 0 0 1-5 5H15a5 5 0 0 1-5-5V26c0-4 0-7 4-10zM14 6h20v6H14zM17 27h14v8H17z",
  chair: "M15 6h18v18H15zM11 24h26v6H11zM24 30v7m-9 6 9-6 9 6",
  pen: "M9 39l3-10L33 8l7 7-21 21zM29 12l7 7",
  printer: "M14 18V6h20v12M8 18h32v16h-6m-20 0H8zM14 28h20v14H14z",
  plant: "M14 28h20l-3 14H17zM24 28V16c0-6 5-9 12-9 0 7-5 11-12 11-6 0-10-3-10-8 6 0 10 2 10 8",
  tools: "M30 6a9 9 0 0 0-8 13L7 34l7 7 15-15a9 9 0 0 0 12-11l-6 5-5-5 4-8z",
  grill: "M7 16h34c0 10-7 16-17 16S7 26 7 16Zm10 15-5 12m19-12 5 12M16 5v5m8-5v5m8-5v5",
  stroller: "M8 22a16 16 0 0 1 16-16v16h16c0 8-5 13-12 13h-8C13 35 8 30 8 22ZM17 37a3 3 0 1 0 0 6 3 3 0 0 0 0-6Zm14 0a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z",
  heart: "M24 41C9 31 5 23 8 15c3-7 12-7 16 1 4-8 13-8 16-1 3 8-1 16-16 26ZM12 25h7l3-6 4 11 3-5h7",
  capsule: "M12 28 28 12a8 8 0 0 1 11 11L23 39a8 8 0 0 1-11-11Zm8-8 11 11",
  gift: "M7 16h34v8H7zM10 24h28v18H10zM24 16v26M24 16c-4 0-10-1-10-6s8-4 10 6c2-10 10-11 10-6s-6 6-10 6Z",
};

// The first word that occurs in the narrowest category that has one decides.
const KINDS = [
  ["mouse", "mice"], ["keyboard", "keyboards"], ["laptop", "laptops notebooks computers"], ["screen", "monitors televisions tv tablets projectors"],
  ["storage", "storage networking"], ["headphones", "headphones earphones"], ["speaker", "speakers turntables audio"], ["phone", "smartphones cases phones mounts"],
  ["charger", "chargers banks starters"], ["watch", "watches wearables"], ["camera", "cameras security dash"], ["bulb", "lighting"], ["kettle", "kettles"],
  ["cup", "coffee tea tableware"], ["pot", "cookware"], ["vacuum", "vacuum"], ["appliance", "appliances"], ["knife", "knives"], ["bed", "bedding sheets pillows sleep towels"],
  ["lamp", "lamps"], ["rug", "rugs cushions mats"], ["basket", "baskets"], ["candle", "candles"], ["dress", "abayas dresses scarves thobes swimwear"], ["shirt", "shirts outerwear"],
  ["trousers", "trousers"], ["shoe", "shoes trainers sandals"], ["bag", "bags backpacks handbags"], ["glasses", "sunglasses goggles"], ["bottle", "bottles hair oil bath"],
  ["flask", "perfume skincare face sun body"], ["brush", "lips eyes make-up toothbrushes oral"], ["ball", "football balls padel"], ["weights", "weights fitness massage bands running"],
  ["bicycle", "cycling helmets lights"], ["waves", "swimming irrigation hoses watering"], ["tent", "camping tents"], ["blocks", "blocks kits building"], ["puzzle", "puzzles games"],
  ["bear", "plush"], ["book", "books fiction notebooks"], ["jar", "honey spices pantry"], ["food", "dates sweets grocery"], ["chair", "chairs furniture desks"], ["pen", "pens markers writing painting"],
  ["printer", "printers toner"], ["plant", "plants seeds pots garden"], ["grill", "grills"], ["stroller", "strollers carriers baby"], ["capsule", "supplements vitamins protein"],
  ["tools", "tools automotive inflators"], ["car", "cars vehicles"], ["heart", "health devices"],
  // Whole departments.
  ["laptop", "electronics"], ["lamp", "home"], ["dress", "fashion"], ["flask", "beauty"], ["ball", "sports"], ["blocks", "toys"], ["chair", "office"],
];
/** Words of titles, for products whose categories are not known. */
const IN_TITLES = [["mouse", "mouse"], ["kettle", "kettle"], ["speaker", "speaker"], ["laptop", "laptop"], ["bulb", "bulb"], ["pen", "pen"], ["knife", "knife"],
  ["book", "book notebook"], ["food", "dates chocolate"], ["bottle", "shampoo bottle"], ["lamp", "lamp lantern"], ["shoe", "shoe"], ["cup", "coffee tea press dallah"]];
const KIND_OF_TITLE_WORD = new Map(IN_TITLES.flatMap(([kind, words]) => words.split(" ").map((word) => [word, kind])));
const KIND_OF_WORD = new Map(KINDS.flatMap(([kind, words]) => words.split(" ").map((word) => [word, kind])).reverse());

function kind(categories, title = "") {
  if (categories.length === 0) {
    const words = title.toLowerCase().split(/[^a-z-]+/);
    const known = words.map((word) => KIND_OF_TITLE_WORD.get(word) ?? KIND_OF_WORD.get(word) ?? KIND_OF_WORD.get(`${word}s`));
    return known.find(Boolean) ?? "gift";
  }
  for (const name of [...categories].reverse()) {
    for (const word of name.toLowerCase().split(/[^a-z-]+/)) if (KIND_OF_WORD.has(word)) return KIND_OF_WORD.get(word);
  }
  return "gift";
}

function hash(text) {
  let value = 2166136261;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0), 16777619);
  // Ids that differ in their last digit only shall differ in every bit here.
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The line drawing for a category's name. */
export const drawing = (categories, width = 1.6) => s("svg", {
  viewBox: "0 0 48 48", fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round",
  "stroke-linejoin": "round", "aria-hidden": "true",
}, s("path", { d: DRAWINGS[kind(categories)] }));

function placeholder(id, categories, title) {
  const seed = hash(id);
  const art = s("svg", { class: "art", viewBox: "0 0 160 120", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" });
  art.style.setProperty("--hue", seed % 360);
  const x = 20 + (seed >>> 9) % 120;
  const y = 10 + (seed >>> 17) % 90;
  art.append(
    s("rect", { class: "art-ground", width: 160, height: 120 }),
    s("circle", { class: "art-shape", cx: x, cy: y, r: 34 + (seed >>> 5) % 26 }),
    s("circle", { class: "art-shape", cx: 160 - x, cy: 120 - y, r: 18 + (seed >>> 13) % 20 }),
    s("g", { class: "art-drawing", transform: "translate(47 27) scale(1.375)" }, s("path", { d: DRAWINGS[kind(categories, title)] })));
  return art;
}

/** A product's picture: its own where it is served from this host, else a placeholder. */
export function picture(product) {
  const address = product.image_url;
  const art = placeholder(product.product_id ?? product.id ?? "", product.categories ?? [], product.title ?? "");
  if (!address || !/^\/(?!\/)/.test(address)) return art;
  const image = document.createElement("img");
  image.alt = "";
  image.loading = "lazy";
  image.className = "art";
  image.addEventListener("error", () => image.replaceWith(art), { once: true });
  image.src = address;
  return image;
}
