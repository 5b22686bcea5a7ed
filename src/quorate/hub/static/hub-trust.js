// Runs before any other script. Text becomes markup only where the page's own server sent it (htmx swaps parts in), a
// script's address is one of our own files, and text never becomes a script at all: there is no rule for it here.
(() => {
  if (!window.trustedTypes?.createPolicy) return;
  const files = new URL("/admin/static/", location.origin).href;
  trustedTypes.createPolicy("default", {
    createHTML: (markup) => markup,
    createScriptURL: (address) => new URL(address, location.href).href.startsWith(files) ? address : null,
  });
})();
