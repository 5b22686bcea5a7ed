// Runs before the first paint: the theme and the menu as they were left, else the theme of the system.
(() => {
  const kept = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const chosen = new URLSearchParams(location.search).get("theme") ?? kept("hub-theme");
  root.dataset.theme = chosen === "dark" || chosen === "light" ? chosen : system;
  if (kept("hub-menu") === "narrow") root.dataset.menu = "narrow";
  if ((kept("hub-rail") ?? document.currentScript.dataset.rail) === "folded") root.dataset.rail = "folded";
})();
