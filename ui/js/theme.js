// Before the first paint: the theme the reader chose. A file of its own, because the page allows no inline scripts.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("porthole.theme");
  } catch {
    // Storage may be forbidden; then the default it is.
  }
  const light = chosen === "light" || (chosen === "system" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
})();
