// Language, messages, and numbers, money and times as the language writes them.

const root = document.documentElement;
let messages = { en: {}, ar: {} };
let cache = new Map();

/** The page's language, `en` or `ar`. */
export const language = () => (root.lang === "ar" ? "ar" : "en");

// Arabic shops mostly print European digits; the region AE asks for them.
const locale = () => (language() === "ar" ? "ar-AE" : undefined);

/** Takes in a page's messages: `{en: {key: text}, ar: {key: text}}`. */
export function register(table) {
  messages = { en: { ...messages.en, ...table.en }, ar: { ...messages.ar, ...table.ar } };
}

/** Switches the language and remembers it. */
export function setLanguage(value) {
  root.lang = value;
  root.dir = value === "ar" ? "rtl" : "ltr";
  cache = new Map();
  try {
    localStorage.setItem("xopix.language", value);
  } catch {
    // Private windows may refuse storage; the choice then lasts for this page.
  }
}

/** A message. A table of plural forms is chosen from by `values.count`; `{name}` is replaced by `values.name`. */
export function t(key, values = {}) {
  let text = messages[language()][key] ?? messages.en[key] ?? key;
  if (typeof text === "object") {
    const rule = formatter("plural", () => new Intl.PluralRules(language())).select(values.count ?? 0);
    text = text[rule] ?? text.other;
  }
  return text.replace(/\{(\w+)\}/g, (all, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : (value ?? all);
  });
}

function formatter(key, make) {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key);
}

/** A number with at most `digits` decimal places, and at least `least`. */
export const number = (value, digits = 0, least = 0) =>
  formatter(`n${digits},${least}`, () =>
    new Intl.NumberFormat(locale(), { maximumFractionDigits: digits, minimumFractionDigits: least })).format(value);

export const compact = (value) =>
  formatter("c", () => new Intl.NumberFormat(locale(), { notation: "compact", maximumFractionDigits: 1 })).format(value);

export const percent = (value, digits = 1) =>
  formatter(`p${digits}`, () => new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: digits }))
    .format(value);

/** Money. Where the currency is unknown or not ISO 4217, a plain decimal. */
export function money(value, currency, { whole = false } = {}) {
  const amount = Number(value);
  if (!/^[A-Z]{3}$/.test(currency ?? "")) return number(amount, 2, 2);
  const digits = whole ? { maximumFractionDigits: 0 } : {};
  if (language() === "ar") return arabicMoney(amount, currency, digits);
  return formatter(`m${currency}${whole}`, () =>
    new Intl.NumberFormat(locale(), { style: "currency", currency, currencyDisplay: "narrowSymbol", ...digits }))
    .format(amount);
}

const ARABIC_SYMBOLS = { SAR: "ر.س", AED: "د.إ", KWD: "د.ك", QAR: "ر.ق", BHD: "د.ب", OMR: "ر.ع", EGP: "ج.م", JOD: "د.أ" };
const LATIN_SYMBOLS = { USD: "$", EUR: "€", GBP: "£" };

/** Latin symbols stand before the number and are kept there by an isolate; Arabic ones follow it. */
function arabicMoney(amount, currency, digits) {
  const text = formatter(`a${currency}${digits.maximumFractionDigits}`, () => new Intl.NumberFormat(locale(), {
    style: "currency", currency, currencyDisplay: "code", ...digits,
  })).formatToParts(amount).filter(({ type }) => ["minusSign", "integer", "group", "decimal", "fraction"].includes(type))
    .map(({ value }) => value.replace(/[\u200e\u200f]/g, "")).join("");
  const latin = LATIN_SYMBOLS[currency];
  return latin ? `\u2066${latin}${text}\u2069` : `${text}\u00a0${ARABIC_SYMBOLS[currency] ?? currency}`;
}

export const time = (date, { seconds = false } = {}) =>
  formatter(`t${seconds}`, () => new Intl.DateTimeFormat(locale(), {
    hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23",
  })).format(date);

export const day = (date) =>
  formatter("d", () => new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short" })).format(date);

export const dateTime = (date) =>
  formatter("dt", () => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "medium" })).format(date);

/** How long ago, in the coarsest unit that says enough. */
export function ago(milliseconds) {
  const relative = formatter("ago", () => new Intl.RelativeTimeFormat(locale(), { style: "narrow" }));
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return relative.format(-seconds, "second");
  if (seconds < 5400) return relative.format(-Math.round(seconds / 60), "minute");
  if (seconds < 129600) return relative.format(-Math.round(seconds / 3600), "hour");
  return relative.format(-Math.round(seconds / 86400), "day");
}
