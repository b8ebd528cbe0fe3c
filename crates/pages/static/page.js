// What makes the pages pleasant: lists that keep fresh, search while one types, rows that open, forms that know what was changed.
// Without this script every page works all the same. Nothing here knows what a page is about: attributes say what is to be done.
"use strict";

// Times are shown in the reader's own zone.
function showLocalTimes(within) {
  // A day before its month, as in most of the world.
  const language = { en: "en-GB" }[document.documentElement.lang] || document.documentElement.lang;
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  for (const time of within.querySelectorAll("time")) {
    time.title = time.textContent + " UTC";
    time.textContent = format.format(new Date(time.dateTime));
  }
  for (const zone of within.querySelectorAll(".zone")) zone.hidden = true;
}

// A row with `data-href`: a click chooses it, a double click or Enter opens it.
function chooseRow(row) {
  for (const other of row.parentElement.querySelectorAll("tr.chosen")) choose(other, false);
  choose(row, true);
  row.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
}

function choose(row, is) {
  row.classList.toggle("chosen", is);
  row.setAttribute("aria-selected", String(is));
  row.tabIndex = is ? 0 : -1;
  const mark = row.querySelector("input[type=radio][data-choose]");
  if (mark) mark.checked = is;
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (row && !event.target.closest("a, button, input")) chooseRow(row);
});
document.addEventListener("dblclick", (event) => {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input")) return;
  openRow(row);
});
function openRow(row) {
  const press = row.dataset.press && document.getElementById(row.dataset.press);
  if (press) press.click();
  else location.assign(row.dataset.href);
}
document.addEventListener("keydown", (event) => {
  const row = event.target.closest && event.target.closest("tr[data-href]");
  if (!row || event.target !== row) return;
  const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[event.key];
  if (next) {
    event.preventDefault();
    chooseRow(next);
    next.focus();
  } else if (event.key === "Enter") {
    event.preventDefault();
    openRow(row);
  }
});
function makeRowsReachable(within) {
  for (const body of within.querySelectorAll("tbody")) {
    const first = body.querySelector("tr.chosen[data-href]") || body.querySelector("tr[data-href]");
    if (first) first.tabIndex = 0;
  }
}

// A region with `data-refresh`, the address of its newest content. It keeps scroll, choice and focus. `data-every` is in seconds;
// with 0 it is asked for only when somebody searches.
function keepFresh(region) {
  const every = Number(region.dataset.every ?? 5) * 1000;
  const search = document.querySelector(`input[data-searches="${region.id}"]`);
  let mark = "";
  let loaded = Date.now();
  let asking = null;
  let timer = 0;

  function put(html) {
    const before = region.querySelector(".sheet");
    const place = before && [before.scrollTop, before.scrollLeft];
    const chosen = region.querySelector("tr.chosen[data-href]");
    const href = chosen && chosen.dataset.href;
    const active = region.contains(document.activeElement) ? document.activeElement : null;
    const focused = active && active.closest("tr[data-href]");
    region.innerHTML = html;
    ready(region);
    const after = region.querySelector(".sheet");
    if (place && after) [after.scrollTop, after.scrollLeft] = place;
    const again = href && [...region.querySelectorAll("tr[data-href]")].find((row) => row.dataset.href === href);
    if (again) {
      chooseRow(again);
      if (focused) again.focus({ preventScroll: true });
    }
    const same = active && active.id && document.getElementById(active.id);
    if (same) same.focus({ preventScroll: true });
    region.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
  }

  function showAge() {
    const age = region.querySelector("[data-age]");
    if (!age) return;
    const seconds = Math.round((Date.now() - loaded) / 1000);
    const words = seconds > 30 ? age.dataset.old : age.dataset.age;
    age.textContent = words.replace("{n}", String(seconds));
  }

  async function refresh() {
    clearTimeout(timer);
    if (asking) asking.abort();
    const mine = (asking = new AbortController());
    const address = new URL(region.dataset.refresh, location.origin);
    if (search) address.searchParams.set(search.name, search.value);
    const late = setTimeout(() => mine.abort(), 20000);
    try {
      const headers = mark ? { "If-None-Match": mark } : {};
      const answer = await fetch(address, { headers, signal: mine.signal, cache: "no-store", redirect: "manual" });
      if (answer.type === "opaqueredirect") location.reload();
      if (answer.status === 200) {
        put(await answer.text());
        mark = answer.headers.get("ETag") || "";
      }
      if (answer.status === 200 || answer.status === 304) {
        loaded = Date.now();
        showCounts(answer.headers.get("x-sitesync-counts"));
      }
    } catch {
      // No connection, or another question was asked meanwhile. The age says so.
    }
    clearTimeout(late);
    if (mine !== asking) return;
    showAge();
    if (every) timer = setTimeout(refresh, document.hidden ? every * 6 : every);
  }

  if (search) {
    search.addEventListener("input", () => {
      // As if one had come with these words: not somewhere in the middle of what was there before.
      const here = new URL(region.dataset.refresh, location.origin);
      here.searchParams.delete("part");
      if (search.value) here.searchParams.set(search.name, search.value);
      else here.searchParams.delete(search.name);
      history.replaceState(null, "", here);
      mark = "";
      clearTimeout(timer);
      timer = setTimeout(refresh, 150);
    });
    search.form.addEventListener("submit", (event) => {
      event.preventDefault();
      refresh();
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (every && !document.hidden) refresh();
  });
  showAge();
  setInterval(showAge, 1000);
  if (every) timer = setTimeout(refresh, every);
}

// The numbers beside the ways to the pages come with each answer.
function showCounts(told) {
  if (told === null) return;
  const counts = new Map(told.split(", ").map((one) => [one.split(" ")[0], one.split(" ")]));
  for (const way of document.querySelectorAll("nav.side a")) {
    const count = counts.get(way.getAttribute("href"));
    let number = way.querySelector("b");
    if (!count) {
      if (number) number.remove();
      continue;
    }
    if (!number) number = way.appendChild(document.createElement("b"));
    number.textContent = Number(count[1]).toLocaleString(document.documentElement.lang);
    number.classList.toggle("warn", count[2] === "warn");
  }
}

// Enter in a field to search in a window does what the button beside it does: it must not end the window.
document.addEventListener("keydown", (event) => {
  const search = event.target.closest && event.target.closest("form[data-guard] input[type=search]");
  const button = search && search.parentElement.querySelector("button");
  if (!button || event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  button.click();
});

// Rows of a table in the page itself are filtered by `data-filters`, the id of the table.
function filterWhileTyping(search) {
  const table = document.getElementById(search.dataset.filters);
  search.addEventListener("input", () => {
    const sought = search.value.trim().toLowerCase();
    for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(sought);
  });
}

// A form with `data-guard`: changed fields are marked, counted in `[data-changes]`, and leaving with changes asks. A field that came
// changed says in `data-was` what it was; `data-changed` of the form counts what no field shows.
function guardForm(form) {
  const counter = form.querySelector("[data-changes]");
  const already = Number(form.dataset.changed || 0);
  const before = new Map();
  for (const field of form.elements) if (field.name) before.set(field, field.dataset.was ?? valueOf(field));
  let leaving = false;

  function changed() {
    let count = already;
    for (const [field, value] of before) {
      const differs = valueOf(field) !== value;
      if (field.type !== "hidden") field.classList.toggle("changed", differs);
      const hint = form.querySelector(`[data-if-changed="${field.name}"]`);
      if (hint) hint.hidden = !differs;
      if (differs) count += 1;
    }
    if (counter) counter.textContent = count ? counter.dataset.changes.replace("{n}", String(count)) : "";
    return count;
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", () => {
    leaving = true;
  });
  for (const way of form.querySelectorAll("[data-leaves]")) {
    // Escape may be pressed by mistake: only a real click leaves without asking.
    way.addEventListener("click", (event) => (leaving = event.isTrusted));
  }
  addEventListener("beforeunload", (event) => {
    if (!leaving && changed() > 0) event.preventDefault();
  });
  addEventListener("pageshow", () => {
    leaving = false;
    changed();
  });
}

function valueOf(field) {
  return field.type === "checkbox" || field.type === "radio" ? String(field.checked) : field.value;
}

// A button with `data-copies`: the id of what it copies.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copies]");
  if (!button) return;
  event.preventDefault();
  const what = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(what.value || what.textContent);
    button.textContent = button.dataset.copied;
  } catch {
    getSelection().selectAllChildren(what);
  }
});

// `/` goes to the search, Escape empties it or presses what `data-escape` names.
document.addEventListener("keydown", (event) => {
  const search = document.querySelector("input[type=search]");
  const typing = event.target.closest && event.target.closest("input, textarea, select");
  if (event.key === "/" && search && !typing) {
    event.preventDefault();
    search.select();
  } else if (event.key === "Escape") {
    if (search && event.target === search && search.value) {
      search.value = "";
      search.dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    const way = document.querySelector("[data-escape]");
    if (way) way.click();
  }
});

function ready(within) {
  showLocalTimes(within);
  makeRowsReachable(within);
}

ready(document);
for (const region of document.querySelectorAll("[data-refresh]")) keepFresh(region);
for (const search of document.querySelectorAll("input[data-filters]")) filterWhileTyping(search);
for (const form of document.querySelectorAll("form[data-guard]")) guardForm(form);
