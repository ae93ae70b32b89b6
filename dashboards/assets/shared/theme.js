// Runs before the first paint, as a classic script, so that a chosen theme or language never flashes.
(() => {
  const root = document.documentElement;
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const theme = read("xopix.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const language = new URLSearchParams(location.search).get("lang") ?? read("xopix.language");
  if (language === "ar") {
    root.lang = "ar";
    root.dir = "rtl";
  }
})();
