// The palette (Ctrl K): goes to a page, an act, or what an id or a name stands for. A combobox as the APG has it.
(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input"), list = document.getElementById("palette-list"), form = dialog.querySelector("form");
  const named = (kind) => [...document.querySelectorAll(`[data-${kind}]`)].map((link) => ({ kind, label: link.dataset[kind], detail: "", href: link.getAttribute("href") }));
  const pages = [...named("page"), ...named("act")];
  const KINDS = { page: "Page", act: "Act", run: "Run", decision: "Decision", trace: "Trace", cycle: "Cycle", competition: "Competition", task: "Task", symbol: "Symbol", profile: "Profile" };
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
    const fitting = pages.filter((page) => page.label.toLowerCase().includes(text.toLowerCase()));
    clearTimeout(timer);
    const mine = ++asked;
    if (!text) { show(pages, ""); return; }
    show(fitting, "Searching");
    timer = setTimeout(async () => {
      const found = await ask(text);
      if (mine === asked) show([...fitting, ...found.items], found.none);
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
  const PLACES = { cycle: "/admin/cycles", competition: "/admin/competitions", task: "/admin/tasks" };
  function addressOf(found) {
    const id = encodeURIComponent(found.id);
    if (found.kind === "symbol") return `/admin/arena/runs?symbol=${id}`;
    if (PLACES[found.kind]) return `${PLACES[found.kind]}/${id}`;
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
