// Live updates: one EventSource over the journal's tail. What arrives is told to the page as DOM events: "quorate:event"
// (all, detail = envelope) and "quorate:<family>" (run, decision, profile, ...), on which panels refetch themselves;
// "quorate:beat" is the stream's own heartbeat, for figures that age.
// States: connecting, live, late (no sign for 20 s), reconnecting (0.5 -> 30 s, with jitter), stopped (signed out, paused).
(() => {
  const body = document.body, path = body.dataset.stream;
  if (!path || !window.EventSource) return;
  const LATE_AFTER = 20_000, FIRST_WAIT = 500, LONGEST_WAIT = 30_000, SLEEP_AFTER = 60_000, SAY_EVERY = 10_000, SHOWN_AFTER = 4_000;
  const FAMILIES = ["run", "decision", "profile", "strategy", "backtest", "task", "series", "budget", "safety", "cycle", "order", "position", "outcome", "notice", "audit", "breaker", "result", "agent"];
  const one = (selector) => document.querySelector(selector), every = (selector) => [...document.querySelectorAll(selector)];
  const now = () => Date.now();
  let source = null, seq = Number(body.dataset.seq), told = null, state = "connecting", reason = "";
  let lastSign = now(), tries = 0, retryAt = 0, retryTimer, sleepTimer, missed = false, decided = 0, saidAt = now();

  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`quorate:${name}`, { detail }));
  const refetch = () => FAMILIES.forEach((family) => tell(family, null));
  const say = (text) => document.dispatchEvent(new CustomEvent("hub:say", { detail: text }));

  function connect() {
    clearTimeout(retryTimer);
    source?.close();
    set(tries ? "reconnecting" : "connecting");
    source = new EventSource(`${path}?after=${seq}`);
    source.onmessage = (message) => receive(JSON.parse(message.data));
    source.onerror = lost;
  }

  function receive(envelope) {
    lastSign = now();
    if (envelope.type === "hello" || envelope.type === "heartbeat") { if (envelope.type === "hello") opened(); live(); if (envelope.type === "heartbeat") tell("beat", null); return; }
    if (envelope.type === "gap") { seq = Math.max(seq, envelope.data.toSeq ?? seq); live(); refetch(); return; }
    // What the event bus brought tells no row: it moves no cursor. The results of one row share its number.
    if (envelope.type === "sidebar_update") { live(); tell("result", envelope); return; }
    if (envelope.seq < seq || (envelope.seq === seq && (!told || told.has(envelope.id)))) return;
    if (envelope.seq > seq) told = new Set();
    told.add(envelope.id);
    seq = envelope.seq;
    live();
    tell("event", envelope);
    tell(envelope.type.split(".")[0], envelope);
    if (envelope.type === "decision.created") decided += 1;
    if (envelope.type === "run.failed") failed(envelope);
    if (envelope.type === "budget.threshold") filled(envelope.data);
    if (envelope.data?.text && ["notice", "audit.violation"].includes(envelope.type)) alerted(envelope.data);
  }
  function opened() {
    if (missed) refetch();
    missed = false;
  }
  function live() { tries = 0; set("live"); }
  function filled({ limit, profile, percent, refused, limitUsd, limitCalls }) {
    const size = limitUsd === null ? `${limitCalls} calls` : `$${limitUsd}`, whose = profile ? ` of ${profile}` : "";
    const text = refused ? "A call was refused for want of room." : percent === 100 ? "Further calls are refused until 00:00 UTC." : "Look at Cost before it ends.";
    document.dispatchEvent(new CustomEvent("hub:notice", { detail: { tone: percent === 100 ? "loss" : "warn", title: `The limit ${limit}${whose} (${size} a day) is used to ${percent} %.`, text } }));
  }
  // An alert stays in the bell, from the database, until somebody acknowledges it; here it is only said.
  function alerted({ kind, severity, text }) {
    if (severity === "info") return;
    const title = kind.replaceAll("_", " ");
    one("[data-bell-dot]").hidden = false;
    document.dispatchEvent(new CustomEvent("hub:notice", { detail: { tone: severity === "error" ? "loss" : "warn", title: `${title[0].toUpperCase()}${title.slice(1)}.`, text } }));
  }
  function failed(envelope) {
    document.dispatchEvent(new CustomEvent("hub:notice", { detail: { tone: "loss", title: `Run ${envelope.runId} failed.`, text: envelope.data?.detail ?? envelope.data?.reason ?? "" } }));
  }

  async function lost() {
    const refused = source.readyState === EventSource.CLOSED;
    source.close();
    if (state === "stopped") return;
    if (refused && await signedOut()) { stop("signed out"); return; }
    missed = true;
    tries += 1;
    again(Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)) * (0.5 + Math.random() / 2));
  }
  async function signedOut() {
    try { return (await fetch("/api/admin/me", { headers: { Accept: "application/json" } })).status === 401; } catch { return false; }
  }
  function again(wait) {
    clearTimeout(retryTimer);
    retryAt = now() + wait;
    retryTimer = setTimeout(connect, wait);
    set("reconnecting");
  }
  function stop(why) {
    clearTimeout(retryTimer);
    source?.close();
    reason = why;
    set("stopped");
  }
  function restart() {
    if (state === "live" && now() - lastSign < LATE_AFTER) return;
    if (state === "stopped") { reason = ""; missed = true; tries = 0; } else tries = Math.max(tries, 1);
    connect();
  }

  const ago = (ms) => { const s = Math.max(0, Math.round(ms / 1000)); return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h`; };
  const WORDS = { connecting: "Connecting", live: "Updates", late: "Late", reconnecting: "Reconnecting", stopped: "Stopped" };
  const DOTS = { connecting: "hub-dot--off", live: "hub-dot--pulse", late: "hub-dot--warn", reconnecting: "hub-dot--warn", stopped: "hub-dot--loss" };

  function set(next) {
    const before = state;
    state = next;
    draw();
    if (before !== next && (next === "stopped" || (next === "live" && before === "reconnecting"))) say(next === "live" ? "Updates are back" : `Updates stopped: ${reason}`);
  }

  function draw() {
    if (state === "live" && now() - lastSign > LATE_AFTER) state = "late";
    const chip = one("[data-stream-chip]"), silent = ago(now() - lastSign);
    chip.dataset.state = state;
    one("[data-stream-dot]").className = `hub-dot ${DOTS[state]}`;
    one("[data-stream-text]").textContent = reason === "paused" ? "Paused" : WORDS[state];
    one("[data-stream-age]").textContent = state === "connecting" ? "" : silent;
    drawInfo(silent);
    drawBar(silent);
  }
  function drawInfo(silent) {
    const details = {
      connecting: ["Connecting", "The page was complete when it was loaded; updates begin in a moment."],
      live: ["Updates arrive", `The last sign from the hub came ${silent} ago. Changes of every process appear here by themselves.`],
      late: ["Updates are late", `No sign for ${silent}; one is due every 10 s. What you see may be old.`],
      reconnecting: ["Reconnecting", `No sign for ${silent}. ${nextTry()}`],
      stopped: reason === "paused" ? ["Updates are paused", "Nothing on this page changes until you resume."] : ["Signed out", "Sign in again to see what is true now."],
    };
    [one("[data-stream-title]").textContent, one("[data-stream-detail]").textContent] = details[state];
    one("[data-stream-pause]").hidden = state === "stopped";
    one("[data-stream-resume]").hidden = reason !== "paused";
    for (const button of every(".hub-pop [data-reconnect]")) button.hidden = !["late", "reconnecting"].includes(state);
  }
  const nextTry = () => {
    const wait = Math.ceil((retryAt - now()) / 1000);
    return wait > 0 ? `Try ${tries + 1} in ${wait} s.` : `Reconnecting, try ${Math.max(tries, 1)}.`;
  };
  function drawBar(silent) {
    const bar = one("#stale"), off = state === "stopped" || state === "late" || (state === "reconnecting" && (tries > 1 || now() - lastSign > SHOWN_AFTER));
    body.classList.toggle("hub-body--stale", off);
    if (!bar) return;
    if (off && bar.hidden) one("[data-stale-said]").textContent = `Updates stopped at ${new Date(lastSign).toLocaleTimeString()}. Figures are as of then.`;
    if (!off) one("[data-stale-said]").textContent = "";
    bar.hidden = !off;
    one("[data-stale-age]").textContent = reason === "paused" ? `Updates paused ${silent} ago.` : `Updates stopped ${silent} ago.`;
    const next = state === "stopped" ? (reason === "paused" ? "" : "You are signed out.") : state === "late" ? "The hub is silent." : nextTry();
    one("[data-stale-try]").textContent = `${next} Figures are as of ${new Date(lastSign).toLocaleTimeString([], { hourCycle: "h23" })}.`;
    one("#stale [data-reconnect]").textContent = state === "stopped" && reason !== "paused" ? "Sign in" : reason === "paused" ? "Resume" : "Reconnect now";
  }

  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-reconnect]")) { if (reason === "signed out") location.assign("/admin/sign-in"); else restart(); }
    if (e.target.closest("[data-stream-pause]")) stop("paused");
    if (e.target.closest("[data-stream-resume]")) restart();
    if (e.target.closest("#stream-info button")) one("#stream-info").hidePopover();
  });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(sleepTimer);
    if (state === "stopped") return;
    if (document.hidden) sleepTimer = setTimeout(() => { source.close(); clearTimeout(retryTimer); missed = true; }, SLEEP_AFTER);
    else if (source.readyState === EventSource.CLOSED || now() - lastSign > LATE_AFTER) { tries = Math.max(tries, 1); connect(); }
  });
  window.addEventListener("online", () => { if (state !== "stopped") { tries = Math.max(tries, 1); connect(); } });
  window.addEventListener("offline", () => { if (state !== "stopped") { source.close(); missed = true; tries += 1; again(LONGEST_WAIT); } });
  window.addEventListener("pageshow", (e) => { if (e.persisted && state !== "stopped") { missed = true; connect(); } });
  window.addEventListener("pagehide", () => source?.close());
  setInterval(() => {
    if (document.hidden) return;
    draw();
    if (decided && now() - saidAt >= SAY_EVERY) { say(`${decided} new ${decided === 1 ? "decision" : "decisions"}`); decided = 0; saidAt = now(); }
  }, 1000);
  connect();
})();
