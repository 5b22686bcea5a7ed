// Behaviour of the shell. Everything hangs on data attributes; no inline script, no inline style (CSP). Without this
// file every link and form still works; what is missing then is copying, shortcuts, local times and live updates.
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* not kept */ } };
  const kept = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const say = (text) => { const live = document.getElementById("hub-live"); if (live) live.textContent = text; };
  document.addEventListener("hub:say", (e) => say(e.detail));

  // Times: shown in the reader's zone, UTC stays in the title.
  const zone = kept("hub-zone") === "UTC" ? { timeZone: "UTC" } : {};
  const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", ...zone });
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", ...zone });
  const localTimes = (from) => {
    const today = day.format(new Date());
    for (const time of all("time[data-local]", from)) {
      const at = new Date(time.dateTime);
      const date = day.format(at);
      time.textContent = date === today ? clock.format(at) : `${date}, ${clock.format(at)}`;
    }
  };

  // Notices: a good one goes after 6 s unless somebody is on it; all stay in the bell of this tab.
  const HIDE_AFTER = 6000;
  const box = () => document.getElementById("notices");
  const bell = () => { try { return JSON.parse(sessionStorage.getItem("hub-bell") ?? "[]"); } catch { return []; } };
  const textOf = (notice) => notice.querySelector(".hub-note__t")?.textContent.trim() ?? "";
  const toneIcon = (tone) => document.querySelector(`#notice-icons`)?.content.querySelector(`[data-tone=${tone}] svg`)?.cloneNode(true);

  function ring(notice) {
    const items = [{ tone: notice.dataset.notice, text: textOf(notice), at: new Date().toISOString() }, ...bell()].slice(0, 20);
    try { sessionStorage.setItem("hub-bell", JSON.stringify(items)); } catch { /* not kept */ }
    showBell(notice.dataset.notice === "loss" || notice.dataset.notice === "warn");
  }

  function showBell(unseen) {
    const list = document.querySelector("[data-bell-items]");
    if (!list) return;
    const items = bell();
    list.replaceChildren(...items.map((item) => {
      const line = document.createElement("li"), ground = document.createElement("span"), text = document.createElement("span"), time = document.createElement("time");
      ground.className = `hub-ico hub-ico--${item.tone === "info" ? "brand" : item.tone}`;
      ground.append(toneIcon(item.tone) ?? "");
      text.textContent = item.text;
      time.dateTime = item.at; time.title = `${item.at.slice(0, 19).replace("T", " ")} UTC`; time.dataset.local = ""; time.className = "hub-list__v";
      line.append(ground, text, time);
      return line;
    }));
    localTimes(list);
    document.querySelector("[data-bell-none]").hidden = items.length > 0;
    if (unseen) document.querySelector("[data-bell-dot]").hidden = false;
    document.querySelector("[data-bell]").setAttribute("aria-label", items.length ? `Notices: ${items.length}` : "Notices");
  }

  function greet(notice) {
    if (notice.dataset.seen) return;
    notice.dataset.seen = "yes";
    const same = (other) => textOf(other) === textOf(notice) || (notice.dataset.about && other.dataset.about === notice.dataset.about);
    for (const other of all("[data-notice]", box())) if (other !== notice && same(other)) other.remove();
    ring(notice);
    if (notice.dataset.notice !== "gain") return;
    let timer;
    const wait = () => { clearTimeout(timer); timer = setTimeout(() => notice.remove(), HIDE_AFTER); };
    for (const event of ["pointerenter", "focusin"]) notice.addEventListener(event, () => clearTimeout(timer));
    for (const event of ["pointerleave", "focusout"]) notice.addEventListener(event, wait);
    wait();
  }

  document.addEventListener("hub:notice", (e) => {
    const shape = document.getElementById("notice-shape")?.content.firstElementChild.cloneNode(true);
    if (!shape || !box()) return;
    const { tone, title, text } = e.detail;
    shape.dataset.notice = tone;
    shape.classList.add(`hub-note--${tone}`);
    shape.setAttribute("role", tone === "loss" ? "alert" : "status");
    shape.querySelector("[data-icon]").replaceWith(toneIcon(tone) ?? "");
    const strong = document.createElement("b");
    strong.textContent = title;
    shape.querySelector(".hub-note__t").append(strong, ` ${text ?? ""}`);
    box().append(shape);
    greet(shape);
  });

  // Clicks that are no link and no form.
  const onClick = {
    "[data-dismiss]": (at) => at.closest("[data-notice]")?.remove(),
    "[data-copy]": (at) => navigator.clipboard?.writeText(at.dataset.copy).then(() => {
      at.classList.add("hub-copied");
      setTimeout(() => at.classList.remove("hub-copied"), 1500);
      say("Copied");
    }, () => say("Not copied: the browser refused")),
    "[data-opens]": (at) => { if (!("commandForElement" in at)) document.getElementById(at.dataset.opens)?.showModal(); },
    "[data-close]": (at) => at.closest("dialog")?.close(),
    "[data-theme-next]": () => {
      root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
      keep("hub-theme", root.dataset.theme);
      document.dispatchEvent(new Event("hub:theme"));
    },
    "[data-collapse]": (at) => {
      const narrow = root.dataset.menu !== "narrow";
      if (narrow) root.dataset.menu = "narrow"; else delete root.dataset.menu;
      keep("hub-menu", narrow ? "narrow" : "wide");
      nameCollapse(at);
    },
    "[data-fold]": (at) => {
      const folded = root.dataset.rail !== "folded";
      if (folded) root.dataset.rail = "folded"; else delete root.dataset.rail;
      keep("hub-rail", folded ? "folded" : "open");
      nameFold(at);
    },
    "[data-nav]": (at) => drawer(at, !document.body.classList.contains("hub-body--nav")),
  };
  document.addEventListener("click", (e) => {
    for (const [selector, act] of Object.entries(onClick)) {
      const at = e.target.closest(selector);
      if (at) act(at);
    }
    if (e.target.closest("[data-nav]")) e.preventDefault(); // the link is for who has no script
    if (!e.target.closest("[data-nav], .hub-side")) drawer(document.querySelector("[data-nav]"), false);
  });

  function nameCollapse(button) {
    const narrow = root.dataset.menu === "narrow";
    button.setAttribute("aria-expanded", !narrow);
    const name = narrow ? "Expand menu" : "Collapse menu";
    button.querySelector("span").textContent = name;
    button.title = narrow ? name : "";
  }
  function nameFold(button) {
    const folded = root.dataset.rail === "folded";
    button.setAttribute("aria-expanded", !folded);
    button.setAttribute("aria-label", folded ? "Show latest results" : "Hide latest results");
  }
  document.addEventListener("focusin", (e) => { if (!e.target.closest("[data-nav], .hub-side")) drawer(document.querySelector("[data-nav]"), false); });
  function drawer(button, open) {
    if (!button || open === document.body.classList.contains("hub-body--nav")) return;
    document.body.classList.toggle("hub-body--nav", open);
    button.setAttribute("aria-expanded", open);
    if (open) document.querySelector(".hub-side a")?.focus();
  }

  // Rows that are chosen: one box for all, how many are chosen, and buttons that need at least one.
  document.addEventListener("change", (e) => {
    const table = e.target.closest("[data-choosing]") ?? e.target.closest("form") ?? document;
    if (e.target.matches("[data-select-all]")) for (const row of all("[data-row-select]", table)) row.checked = e.target.checked;
    if (e.target.matches("[data-select-all], [data-row-select]")) countChosen(table);
    if (e.target.matches("[data-single-keys]")) keep("hub-keys", e.target.checked ? "on" : "off");
    const pref = e.target.closest("[data-pref]")?.dataset.pref;
    if (pref) prefer(pref, e.target.value);
  });
  // What this browser prefers: kept here alone; an empty value is the usual one.
  function prefer(name, value) {
    if (value) keep(`hub-${name}`, value); else try { localStorage.removeItem(`hub-${name}`); } catch { /* nothing kept */ }
    if (name === "zone") { location.reload(); return; }
    root.dataset.theme = value || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    document.dispatchEvent(new Event("hub:theme"));
  }
  function countChosen(from) {
    const rows = all("[data-row-select]", from), chosen = rows.filter((row) => row.checked).length;
    for (const place of all("[data-selected-count]", from)) place.textContent = chosen ? `${chosen} selected` : "";
    for (const box of all("[data-select-all]", from)) { box.checked = chosen > 0 && chosen === rows.length; box.indeterminate = chosen > 0 && chosen < rows.length; }
  }

  function unchoose(form) {
    const from = document.getElementById(form.id)?.closest("[data-choosing]") ?? document;
    for (const row of all("[data-row-select]", from)) row.checked = false;
    countChosen(from);
  }

  // Keys. Single ones can be turned off in the help (WCAG 2.1.4) and never act while somebody types.
  const placeOf = (key) => document.querySelector(`.hub-menu [data-go="${CSS.escape(key)}"]`)?.getAttribute("href");
  let going = 0;
  const typing = (at) => at.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
  const rows = () => all("[data-row]").filter((row) => row.querySelector("[data-row-open]"));
  const rowAt = () => document.activeElement?.closest("[data-row]");
  function step(by) {
    const list = rows(), now = list.indexOf(rowAt());
    const next = list[now < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, now + by))];
    next?.querySelector("[data-row-open]").focus();
  }
  const onKey = {
    "?": () => { const help = document.getElementById("help"); if (help && !help.open) help.showModal(); },
    g: () => { going = Date.now(); },
    j: () => step(1),
    k: () => step(-1),
    x: () => rowAt()?.querySelector("[data-row-select]")?.click(),
  };
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") drawerByKey();
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || kept("hub-keys") === "off" || document.querySelector("dialog[open]")) return;
    const place = Date.now() - going < 1500 ? placeOf(e.key) : undefined;
    if (place) { location.assign(place); e.preventDefault(); return; }
    going = 0;
    if (onKey[e.key]) { onKey[e.key](); e.preventDefault(); }
  });
  function drawerByKey() {
    const button = document.querySelector("[data-nav]");
    if (document.body.classList.contains("hub-body--nav")) { drawer(button, false); button.focus(); }
  }

  // What htmx brings: a dialog in the drawer opens, a slow list shows its shape, a lost request is said.
  const SLOW = 150;
  const own = (ctx) => !ctx?.sourceEvent?.type?.startsWith("quorate:");
  document.addEventListener("htmx:config:request", (e) => { if (!own(e.detail.ctx)) e.detail.ctx.request.headers["X-Unattended"] = "true"; });
  document.addEventListener("htmx:before:request", (e) => {
    const { ctx } = e.detail, target = ctx.target;
    if (!own(ctx) || !target || target.matches("tr, dialog, #drawer")) return;
    ctx.slow = setTimeout(() => { target.classList.add("hub-loading"); target.setAttribute("aria-busy", "true"); say("Loading"); }, SLOW);
  });
  document.addEventListener("htmx:finally:request", (e) => {
    const { ctx } = e.detail;
    clearTimeout(ctx.slow);
    if (ctx.sourceElement?.matches?.("[data-clears]")) unchoose(ctx.sourceElement);
    ctx.target?.classList?.remove("hub-loading");
    ctx.target?.removeAttribute?.("aria-busy");
  });
  document.addEventListener("htmx:before:swap", (e) => {
    const { ctx, tasks } = e.detail;
    if (ctx.response?.status < 500) return;
    for (let at = tasks.length; at--;) if (tasks[at].type === "main") tasks.splice(at, 1); // what stands is better than a failure
  });
  document.addEventListener("htmx:error", (e) => {
    if (e.detail.ctx && own(e.detail.ctx)) document.dispatchEvent(new CustomEvent("hub:notice", { detail: { tone: "loss", title: "The hub did not answer.", text: "Nothing is known to have changed. Try again, or reload the page." } }));
  });
  document.addEventListener("htmx:after:process", (e) => ready(e.target.isConnected ? e.target : document));

  // On a narrow screen a row is a card: each cell is named by its column, and says to a screen reader what it was.
  const ROLES = { THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };
  function cards(from) {
    for (const table of all("table[data-cards]", from)) {
      const names = all("thead th", table).map((head) => head.dataset.short ?? head.textContent.replace(/[▾▴]/, "").trim());
      table.setAttribute("role", "table");
      for (const part of all("thead, tbody, tr, td", table)) part.setAttribute("role", ROLES[part.tagName]);
      for (const head of all("th", table)) head.setAttribute("role", head.scope === "row" ? "rowheader" : "columnheader");
      for (const row of all("tbody tr", table)) [...row.children].forEach((cell, at) => { if (row.children.length === names.length) cell.dataset.name = names[at]; });
    }
  }

  function ready(from) {
    localTimes(from);
    cards(document);
    for (const notice of all("[data-notice]", box() ?? document)) greet(notice);
    const dialog = document.querySelector("#drawer dialog[data-modal]:not([open])");
    if (dialog) {
      dialog.addEventListener("close", () => document.getElementById("drawer").replaceChildren(), { once: true });
      dialog.showModal();
    }
  }

  for (const button of all("[data-collapse]")) nameCollapse(button);
  for (const button of all("[data-fold]")) nameFold(button);
  for (const box of all("[data-single-keys]")) box.checked = kept("hub-keys") !== "off";
  for (const set of all("[data-pref]")) for (const choice of all("input", set)) choice.checked = choice.value === (kept(`hub-${set.dataset.pref}`) ?? "");
  for (const name of all("[data-zone-name]")) name.textContent = `(${Intl.DateTimeFormat().resolvedOptions().timeZone})`;
  document.getElementById("bell-list")?.addEventListener("toggle", (e) => { if (e.newState === "open") document.querySelector("[data-bell-dot]").hidden = true; });
  if (!box()) try { sessionStorage.removeItem("hub-bell"); } catch { /* nothing kept */ } // signed out
  showBell(false);
  ready(document);
})();
