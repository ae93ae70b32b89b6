// The buttons that each page's header has: theme and language.
import { h, s } from "./dom.js";
import { language, register, setLanguage, t } from "./locale.js";

register({
  en: { "header.dark": "Switch to dark colours", "header.light": "Switch to light colours", "header.other": "عربي" },
  ar: { "header.dark": "الانتقال إلى الألوان الداكنة", "header.light": "الانتقال إلى الألوان الفاتحة", "header.other": "English" },
});

const SUN = "M12 4V2m0 20v-2m8-8h2M2 12h2m13.7-5.7 1.4-1.4M4.9 19.1l1.4-1.4m0-11.4L4.9 4.9m14.2 14.2-1.4-1.4M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0Z";
const MOON = "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z";

/** A small line drawing, 24 units square. */
export const icon = (path) => s("svg", {
  viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round",
  "stroke-linejoin": "round", "aria-hidden": "true",
}, s("path", { d: path }));

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : systemDark.matches;
};

/** A button that switches between light and dark, and remembers. */
export function themeButton() {
  const button = h("button", { class: "button icon-only quiet", type: "button" });
  const show = () => {
    const label = t(isDark() ? "header.light" : "header.dark");
    button.replaceChildren(icon(isDark() ? SUN : MOON));
    button.title = label;
    button.setAttribute("aria-label", label);
  };
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("xopix.theme", theme);
    } catch {
      // Kept for this page only.
    }
    show();
  });
  systemDark.addEventListener("change", show);
  show();
  return { element: button, refresh: show };
}

/** A button that switches between English and Arabic, then calls `changed`. */
export function languageButton(changed) {
  const button = h("button", { class: "button", type: "button" });
  const show = () => {
    button.textContent = t("header.other");
    button.lang = language() === "ar" ? "en" : "ar";
  };
  button.addEventListener("click", () => {
    setLanguage(language() === "ar" ? "en" : "ar");
    show();
    changed();
  });
  show();
  return { element: button, refresh: show };
}
