// The palette (Ctrl K): goes to a page, a run, a decision, a trace, a symbol or a profile. A combobox as the APG has it.
(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input"), list = document.getElementById("palette-list"), form = dialog.querySelector("form");
  const pages = [...document.querySelectorAll("[data-page]")].map((link) => ({ kind: "page", label: link.dataset.page, detail: "", href: link.getAttribute("href") }));
  const KINDS = { page: "Page", run: "Run", decision: "Decision", trace: "Trace", symbol: "Symbol", profile: "Profile" };
  let choices = [], at = 0, asked = 0, timer;

  const open = () => { if (!dialog.open) { dialog.showModal(); input.select(); look(); } };
  const close = () => dialog.close();

  function show(found, none) {
    choices = found; at = 0;
    list.replaceChildren(...found.map(line));
    if (!found.length) {
      const empty = document.createElement("li");
      empty.className = "hub-palette__none"; empty.textContent = none; empty.setAttribute("role", "option"); empty.setAttribute("aria-disabled", "true"); empty.setAttribute("aria-selected", "false");
      list.append(empty);
    }
    mark();
  }
  function line(choice, index) {
    const item = document.createElement("li"), label = document.createElement("span"), detail = document.createElement("small");
    item.id = `palette-${index}`; item.setAttribute("role", "option"); item.dataset.index = index;
    const icon = document.getElementById("found-icons").content.querySelector(`[data-kind=${choice.kind}] svg`)?.cloneNode(true);
    label.textContent = choice.label;
    detail.textContent = [KINDS[choice.kind], choice.detail].filter(Boolean).join(" · ");
    item.append(icon ?? "", label, detail);
    return item;
  }
  function mark() {
    for (const [index, item] of [...list.children].entries()) if (choices.length) item.setAttribute("aria-selected", index === at);
    if (choices.length) { input.setAttribute("aria-activedescendant", `palette-${at}`); list.children[at].scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  }

  function look() {
    const text = input.value.trim();
    const named = pages.filter((page) => page.label.toLowerCase().includes(text.toLowerCase()));
    clearTimeout(timer);
    const mine = ++asked;
    if (!text) { show(pages, ""); return; }
    show(named, "Searching");
    timer = setTimeout(async () => {
      const found = await ask(text);
      if (mine === asked) show([...named, ...found.items], found.none);
    }, 120);
  }
  async function ask(text) {
    try {
      const answer = await fetch(`/api/admin/search?q=${encodeURIComponent(text)}&limit=12`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return { items: [], none: answer.status === 401 ? "You are signed out" : "The search failed. Press Enter for the search page." };
      const { items } = await answer.json();
      return { items: items.map(place), none: "Nothing matches" };
    } catch { return { items: [], none: "The hub did not answer" }; }
  }
  const place = (found) => ({ kind: found.kind, label: found.id, detail: found.label, href: addressOf(found) });
  function addressOf(found) {
    const id = encodeURIComponent(found.id);
    if (found.kind === "symbol") return `/admin/arena/runs?symbol=${id}`;
    if (found.kind === "profile") return `/admin/arena/profiles#profile-${id}`;
    const run = `/admin/arena/runs/${encodeURIComponent(found.runId ?? found.id)}`;
    return found.kind === "decision" ? `${run}?symbol=${encodeURIComponent(found.label)}` : run;
  }
  const go = (choice) => { close(); location.assign(choice.href); };

  input.addEventListener("input", look);
  input.addEventListener("keydown", (e) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!by || !choices.length) return;
    at = (at + by + choices.length) % choices.length;
    mark(); e.preventDefault();
  });
  form.addEventListener("submit", (e) => { if (choices[at]) { e.preventDefault(); go(choices[at]); } });
  list.addEventListener("click", (e) => { const item = e.target.closest("[data-index]"); if (item) go(choices[item.dataset.index]); });
  dialog.addEventListener("click", (e) => { if (e.target === dialog) close(); });
  document.addEventListener("click", (e) => { if (e.target.closest("[data-palette]")) { e.preventDefault(); open(); } });
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && !e.shiftKey && !e.altKey && e.key.toLowerCase() === "k") { e.preventDefault(); open(); }
  });
})();
