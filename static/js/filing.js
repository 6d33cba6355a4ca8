/* The filing form beyond plain HTML: saves itself, keeps what could not be saved, shows the questions that follow. Works
   without it. */
(function () {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const make = (tag, className, text) => Object.assign(document.createElement(tag), { className: className, textContent: text });

  /* another part of the page is drawn again for what is typed now: <select data-recall="#money-table"> */
  document.addEventListener("change", (event) => {
    const goal = event.target.dataset && event.target.dataset.recall && document.querySelector(event.target.dataset.recall);
    if (goal) goal.dispatchEvent(new CustomEvent("recall"));
  });

  /* what was typed while that part was under way stays: the newest values go into the new drawing */
  const named = (box) => all("input[name], select[name]", box).filter((f) => f.type !== "hidden");
  let typed = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const box = event.detail.target;
    if (!box || !document.querySelector(`[data-recall="#${box.id}"]`)) return;
    const at = box.contains(document.activeElement) ? document.activeElement : null;
    typed = { rows: named(box).map((f) => [f.name, f.value, f.type === "radio" || f.type === "checkbox" ? f.checked : null]), at: at && at.name };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!typed) return;
    const held = typed, fields = named(event.detail.target);
    typed = null;
    held.rows.forEach(([name, value, checked]) => fields.filter((f) => f.name === name).forEach((f) => {
      if (checked === null) f.value = value; else if (f.value === value) f.checked = checked;
    }));
    const goal = held.at && fields.find((f) => f.name === held.at);
    if (goal) goal.focus();
  });

  /* a question that follows another comes once that one is answered 是 or 不明; what was answered stays in sight */
  function follow() {
    all("[data-follows]").forEach((row) => {
      const chosen = (name) => { const input = document.querySelector(`input[name="${name}"]:checked`); return input ? input.value : ""; };
      const own = row.id.slice(2) + ".value";
      row.hidden = !["yes", "unknown"].includes(chosen(row.dataset.follows)) && !chosen(own);
    });
  }
  document.addEventListener("change", (event) => { if (event.target.type === "radio") follow(); });
  follow();

  const MOST_PARTING = 60000;  /* bytes that a browser still sends while the page goes: 64 KiB less the frame */

  /* a form that saves itself keeps what it could not save (session over, network down) and offers it back */
  const heldKey = (form) => "held:" + location.pathname + "#" + form.id;
  function keep(form) {
    const rows = Array.from(new FormData(form).entries())
      .filter(([name, value]) => typeof value === "string" && !/^(csrfmiddlewaretoken|once|version|base|take)$/.test(name));
    try { sessionStorage.setItem(heldKey(form), JSON.stringify({ rows: rows, sent: false })); } catch (error) { /* full or forbidden: nothing kept */ }
  }
  function markSent(key) {
    try {
      sessionStorage.setItem(key, JSON.stringify(Object.assign(JSON.parse(sessionStorage.getItem(key)), { sent: true })));
    } catch (error) { /* nothing kept */ }
  }
  function forget(form) { try { sessionStorage.removeItem(heldKey(form)); } catch (error) { /* nothing kept */ } }
  function putBack(form, rows) {
    const byName = new Map();
    rows.forEach(([name, value]) => byName.set(name, (byName.get(name) || []).concat(value)));
    Array.from(form.elements).forEach((field) => {
      if (!field.name || !byName.has(field.name) || field.disabled) return;
      const values = byName.get(field.name);
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else if (field.type !== "hidden") field.value = values[0];
    });
    form.dispatchEvent(new Event("input", { bubbles: true }));
    follow();
  }
  all("form[data-autosave]").forEach((form) => {
    let rows = null;
    try { rows = JSON.parse(sessionStorage.getItem(heldKey(form))).rows; } catch (error) { rows = null; }
    if (!rows || document.querySelector(".strip-refused")) return;
    const now = new FormData(form);
    if (rows.every(([name, value]) => now.getAll(name).includes(value))) { forget(form); return; }  /* it arrived */
    const offer = make("div", "strip strip-info", "");
    const [back, drop] = [make("button", "btn btn-sm btn-outline-primary", "放回来"), make("button", "btn btn-sm btn-link", "不要了")];
    back.type = drop.type = "button";
    offer.append(make("span", "", "上次没有存上的内容还在。"), back, drop);
    back.addEventListener("click", () => { putBack(form, rows); offer.remove(); });
    drop.addEventListener("click", () => { forget(form); offer.remove(); });
    form.prepend(offer);
  });

  /* the live panel is drawn again at every answer: what was unfolded in it stays unfolded */
  const folds = new Map();
  document.addEventListener("toggle", (event) => { if (event.target.id && event.target.closest("#live")) folds.set(event.target.id, event.target.open); }, true);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "live") all("details[id]", event.detail.target).forEach((d) => { if (folds.has(d.id)) d.open = folds.get(d.id); });
  });

  /* autosave: <form data-autosave="URL" data-autosave-status="#saved"> posts itself 800 ms after a change */
  all("form[data-autosave]").forEach((form) => {
    const says = document.querySelector(form.dataset.autosaveStatus || "[data-autosave-says]");
    let timer = 0, running = null, again = false, stopped = false;
    stopped = form.dataset.autosaveWaits !== undefined;  /* two versions to choose from first */
    const base = form.querySelector("[data-base]");
    let unsaved = false, failed = false;  /* typed since the last save was sent or not stored by it; the last one failed */
    const tell = (text, tone) => { if (says) { says.textContent = text; says.className = tone; } };
    async function save() {
      const headers = { Accept: "application/json", "X-Requested-With": "fetch" };
      unsaved = false;
      running = fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), credentials: "same-origin", headers });
      try {
        const answer = await running;
        const loggedOut = answer.redirected || !(answer.headers.get("Content-Type") || "").includes("json");
        const saved = loggedOut ? { detail: "登录已过期，填的内容还在本页；请另开一页登录后继续。" } : await answer.json();
        if (answer.ok && saved.version) {
          all("[data-version]").forEach((input) => { input.value = saved.version; });
          if (base && saved.base) base.value = saved.base;
          failed = false;
          forget(form);
          const names = saved.others || [];
          const first = names.slice(0, 3).join("、") + (names.length > 3 ? " 等" : "");
          const others = names.length ? `；别人同时改了 ${first}，已并入，刷新可见` : "";
          tell("已自动保存 " + saved.saved_at + others, "good");
          document.body.dispatchEvent(new CustomEvent("autosaved", { detail: saved }));
        } else {
          stopped = answer.status === 409;
          unsaved = failed = true;
          keep(form);
          tell(saved.detail || "没有自动保存。", "warn-red");
          if (stopped && saved.conflict && says) {
            const look = Object.assign(make("button", "btn btn-sm btn-primary ms-2", "对照两边并选定"), { type: "button" });
            look.addEventListener("click", () => { const stay = form.querySelector('[name=then][value=stay]'); form.requestSubmit(stay || undefined); });
            says.appendChild(look);
          }
        }
      } catch (error) {
        unsaved = failed = true;
        keep(form);
        tell("网络不通，还没有保存；填的内容还在本页。", "warn-red");
      }
      running = null;
      if (again) { again = false; later(); }
    }
    function later() {
      window.clearTimeout(timer);
      unsaved = true;
      if (stopped) return;
      timer = window.setTimeout(() => { if (running) again = true; else save(); }, 800);
    }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    /* leaving with something typed a moment ago: it goes out with the page, and is offered back until it has arrived */
    function parting() {
      const body = new FormData(form), bytes = () => new Blob(Array.from(body).flat()).size + 160 * Array.from(body).length;
      if (bytes() > MOST_PARTING) body.delete("base");  /* the version alone tells whether somebody else saved */
      return bytes() > MOST_PARTING || failed || stopped || !navigator.onLine ? null : body;
    }
    function leave() {
      if (!unsaved && !running) return;
      window.clearTimeout(timer);
      keep(form);
      const body = parting();
      if (!body) return;
      unsaved = false;
      const headers = { Accept: "application/json", "X-Requested-With": "fetch" };
      fetch(form.dataset.autosave, { method: "POST", body: body, credentials: "same-origin", headers, keepalive: true })
        .then((answer) => { if (!answer.ok || answer.redirected) throw new Error(); return answer.json(); })
        .then((saved) => {
          all("[data-version]").forEach((input) => { input.value = saved.version; });
          if (base && saved.base) base.value = saved.base;
          forget(form);
          tell("已自动保存 " + saved.saved_at, "good");
        })
        .catch(() => { unsaved = failed = true; tell("还没有保存；填的内容还在本页。", "warn-red"); });
    }
    window.addEventListener("beforeunload", (event) => { if (unsaved && !parting()) event.preventDefault(); });
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && unsaved) leave(); });
    form.addEventListener("submit", (event) => {
      window.clearTimeout(timer);
      again = unsaved = false;
      keep(form);
      markSent(heldKey(form));
      if (!running) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const button = event.submitter;
      running.catch(() => null).then(() => window.setTimeout(() => form.requestSubmit(button || undefined), 60));
    }, true);
  });
})();
