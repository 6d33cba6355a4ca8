/* What pages do beyond plain HTML; every page works without it. No dependency, no inline handler. */
(function () {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const make = (tag, className, text) => Object.assign(document.createElement(tag), { className: className, textContent: text });
  const typing = (node) => node && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

  /* keys: / goes to the search, a letter to the element with that data-hotkey */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details.menu[open]").forEach((menu) => { menu.open = false; menu.firstElementChild.focus(); });
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.select(); return; }
    if (!/^[a-z0-9]$/i.test(event.key)) return;
    const goal = all(`[data-hotkey="${event.key.toLowerCase()}"]`).find((node) => node.offsetParent !== null);
    if (!goal || goal.disabled) return;
    event.preventDefault();
    goal.focus();
    goal.click();
  });
  document.addEventListener("click", (event) => {
    all("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const back = event.target.closest("[data-back]");
    if (back) history.back();
    const fold = event.target.closest("[data-fold]");
    if (fold) {
      /* a group of a table: without script the link shows all groups */
      event.preventDefault();
      if (!fold.dataset.unfold) fold.dataset.unfold = fold.textContent === fold.dataset.fold ? "展开" : fold.textContent;
      fold.textContent = fold.closest("tbody").classList.toggle("folded") ? fold.dataset.unfold : fold.dataset.fold;
    }
    const add = event.target.closest("[data-add-row]");
    if (add) addRow(add);
  });
  document.addEventListener("change", (event) => {
    const name = event.target.dataset && event.target.dataset.checkAll;
    if (name) all(`input[type=checkbox][name="${name}"]`).forEach((box) => { box.checked = event.target.checked; });
  });
  if (history.length > 1) all("[data-back]").forEach((button) => { button.hidden = false; });

  /* one more row of a table: <button data-add-row="#template" data-add-to="goals"> and <tbody data-rows="goals"> */
  function addRow(button) {
    const rows = document.querySelector(`[data-rows="${button.dataset.addTo}"]`);
    const template = document.querySelector(button.dataset.addRow);
    const holder = document.createElement("tbody");
    holder.innerHTML = template.innerHTML.replace(/__n__/g, rows.children.length);
    const row = holder.firstElementChild;
    rows.appendChild(row);
    const first = row.querySelector("input, select, textarea");
    if (first) first.focus();
  }

  /* money tables: sums while typing, in hundredths; what cannot be read as an amount makes its sums "—" */
  function hundredths(text) {
    const plain = text.normalize("NFKC").replace(/[,，\s]/g, "");
    if (plain === "") return 0;
    return /^\d{1,10}(\.\d{0,2})?$/.test(plain) ? Math.round(parseFloat(plain) * 100) : NaN;
  }
  function amount(cents) {
    if (Number.isNaN(cents)) return "—";
    return Math.floor(cents / 100).toString().replace(/\B(?=(\d{3})+$)/g, ",") + "." + String(cents % 100).padStart(2, "0");
  }
  function sums(table) {
    const byRow = {}, byCol = {};
    let grand = 0;
    all("[data-sum-col]", table).forEach((input) => {
      const cents = hundredths(input.value);
      input.toggleAttribute("aria-invalid", false);
      if (Number.isNaN(cents)) input.setAttribute("aria-invalid", "true");
      const { sumRow, sumCol } = input.dataset;
      byRow[sumRow] = (sumRow in byRow ? byRow[sumRow] : 0) + cents;
      byCol[sumCol] = (sumCol in byCol ? byCol[sumCol] : 0) + cents;
      grand += cents;
    });
    all("[data-row-total]", table).forEach((cell) => { cell.textContent = amount(cell.dataset.rowTotal in byRow ? byRow[cell.dataset.rowTotal] : 0); });
    all("[data-col-total]", table).forEach((cell) => { cell.textContent = amount(cell.dataset.colTotal in byCol ? byCol[cell.dataset.colTotal] : 0); });
    all("[data-grand-total]", table).forEach((cell) => { cell.textContent = amount(grand); });
  }
  document.addEventListener("input", (event) => {
    const table = event.target.closest("[data-sums]");
    if (table && event.target.dataset.sumCol !== undefined) sums(table);
  });

  /* unsaved text: kept per page and form until it arrives; offered back after a lost session or a closed page */
  const KEPT = "kept:";
  const texts = (form) => all("textarea[name], input[name]", form)
    .filter((f) => f.tagName === "TEXTAREA" || /^(text|search|tel|url|email|number)$/.test(f.type));
  const read = (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch (error) { return null; } };
  const write = (key, value) => { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch (error) { /* full or forbidden: nothing kept */ } };
  Object.keys(sessionStorage).filter((key) => /^(kept|held):/.test(key)).forEach((key) => {
    const kept = read(key);
    /* the server kept it too, and offers it on this page */
    if (kept && kept.lost && document.querySelector("[data-kept]")) { sessionStorage.removeItem(key); return; }
    if (!kept || !kept.sent) return;
    /* the session had ended: it did not arrive */
    if (document.querySelector("[data-login]")) write(key, Object.assign(kept, { sent: false, lost: true }));
    else if (!document.querySelector(".strip-refused, .sentence")) sessionStorage.removeItem(key);
  });
  all("form[method=post]").forEach((form, index) => {
    if (form.dataset.autosave || form.closest("[data-login], .topbar") || !texts(form).length) return;
    const key = KEPT + location.pathname + "#" + (form.id || form.getAttribute("action") || index);
    const kept = read(key);
    const differs = kept && texts(form).some((f, i) => kept.values[i] && kept.values[i] !== f.value);
    if (differs && !document.querySelector(".strip-refused")) {
      const offer = make("div", "strip strip-info", "");
      const [back, drop] = [make("button", "btn btn-sm btn-outline-primary", "放回来"), make("button", "btn btn-sm btn-link", "不要了")];
      back.type = drop.type = "button";
      offer.append(make("span", "", "上次没有提交的文字还在。"), back, drop);
      back.addEventListener("click", () => { texts(form).forEach((f, i) => { if (kept.values[i]) f.value = kept.values[i]; }); offer.remove(); });
      drop.addEventListener("click", () => { sessionStorage.removeItem(key); offer.remove(); });
      form.prepend(offer);
    }
    form.addEventListener("input", () => write(key, { values: texts(form).map((f) => f.value) }));
    form.addEventListener("submit", () => { const now = read(key); if (now) write(key, Object.assign(now, { sent: true })); });
  });

  /* a second click on the way is no second post */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ((form.method || "").toLowerCase() !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.classList.add("busy");
    window.setTimeout(() => { delete form.dataset.sent; form.classList.remove("busy"); }, 5000);
  });
  window.addEventListener("pageshow", () => all("form.busy").forEach((form) => { delete form.dataset.sent; form.classList.remove("busy"); }));

  /* htmx: a refusal is shown where messages stand; a lost login says so */
  document.addEventListener("htmx:responseError", (event) => {
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText || "", "text/html");
    const refused = page.querySelector(".strip, .sentence");
    const words = refused ? refused.textContent.trim().replace(/\s+/g, " ") : "没有办成，请刷新后再试。";
    const box = make("div", "strip strip-refused", words);
    const place = document.getElementById("messages");
    if (place) { place.replaceChildren ? place.replaceChildren(box) : place.appendChild(box); place.scrollIntoView({ block: "nearest" }); }
  });

  /* the budget table as a spreadsheet: arrows move between the cells that can be filled, Escape takes back what was typed,
     a block copied from a spreadsheet fills cell by cell; nothing is saved before 保存改动 */
  const cellsOf = (row) => all("td[data-label]", row);
  const fieldOf = (cell) => cell && cell.querySelector('input[name^="cell|"]');
  function around(field) {
    const cell = field.closest("td");
    const rows = all("tbody > tr", field.closest("table")).filter((row) => cellsOf(row).length && row.offsetParent);
    const row = rows.indexOf(cell.parentNode);
    return { rows, row, column: cellsOf(rows[row]).indexOf(cell) };
  }
  const isCell = (field) => field.matches && field.matches('.budget input[name^="cell|"]');
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!isCell(field) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
    if (event.key === "Escape") { field.value = field.defaultValue; return; }
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key] || 0;
    const right = event.key === "ArrowLeft" && field.selectionStart === 0 ? -1
      : event.key === "ArrowRight" && field.selectionEnd === field.value.length ? 1 : 0;
    if (!down && !right) return;
    const { rows, row, column } = around(field);
    for (let r = row + down, c = column + right; rows[r] && (down || cellsOf(rows[r])[c]); r += down, c += right) {
      const goal = fieldOf(cellsOf(rows[r])[c]);
      if (goal) { event.preventDefault(); goal.focus(); goal.select(); return; }
    }
  });
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!isCell(field) || !event.clipboardData) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const { rows, row, column } = around(field);
    let [filled, left] = [0, 0];
    text.split("\n").forEach((line, r) => line.split("\t").forEach((typed, c) => {
      const goal = fieldOf(rows[row + r] && cellsOf(rows[row + r])[column + c]);
      if (goal) { goal.value = typed.trim().slice(0, 60); filled += 1; } else if (typed.trim()) left += 1;
    }));
    const told = field.form.querySelector("[data-pasted]");
    if (told) told.textContent = `已填入 ${filled} 格，还没有保存` + (left ? `；${left} 格落在不能填的格里，没有填` : "");
  });

  /* what scrolls sideways can be scrolled by keyboard */
  all(".panel, .chart-scroll, .table-responsive, .tabs").forEach((box) => {
    if (box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX !== "visible") box.tabIndex = 0;
  });

  /* #anchor inside a closed <details>: open it; a form that opens gets the cursor */
  function openTarget() {
    const goal = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!goal) return;
    for (let node = goal; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    const inner = goal.tagName === "DETAILS" ? null : goal.querySelector("details[data-open-with]");
    if (inner) inner.open = true;
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();
})();
