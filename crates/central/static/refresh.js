// Keeps the list of sites fresh, searches while one types, and shows times in the reader's own zone.
// Without this script the page works all the same; it is then loaded anew as a whole.
"use strict";

const list = document.getElementById("list");
const search = document.getElementById("search");
const every = Number(list.dataset.every) * 1000;
let mark = "";
let loaded = Date.now();
let asking = null;
let timer = 0;

function showLocalTimes() {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of list.querySelectorAll("time")) {
    time.title = time.textContent + " UTC";
    time.textContent = format.format(new Date(time.dateTime));
  }
  for (const zone of list.querySelectorAll(".zone")) zone.hidden = true;
}

function put(html) {
  const before = list.querySelector(".sheet");
  const [top, left, focused] = [before.scrollTop, before.scrollLeft, document.activeElement === before];
  list.innerHTML = html;
  showLocalTimes();
  const after = list.querySelector(".sheet");
  after.scrollTop = top;
  after.scrollLeft = left;
  if (focused) after.focus({ preventScroll: true });
}

function showAge() {
  const seconds = Math.round((Date.now() - loaded) / 1000);
  const age = document.getElementById("age");
  if (seconds > 30) age.textContent = `the server does not answer; this is ${seconds} s old`;
  else age.textContent = seconds < 2 ? "refreshed just now" : `refreshed ${seconds} s ago`;
}

async function refresh() {
  clearTimeout(timer);
  if (asking) asking.abort();
  const mine = (asking = new AbortController());
  // Whole, as a page that was opened with a name in its address cannot ask for a part of one.
  const address = location.origin + "/?part=list&q=" + encodeURIComponent(search.value);
  const late = setTimeout(() => mine.abort(), 20000);
  try {
    const headers = mark ? { "If-None-Match": mark } : {};
    const answer = await fetch(address, { headers, signal: mine.signal, cache: "no-store" });
    if (answer.status === 200) {
      put(await answer.text());
      mark = answer.headers.get("ETag") || "";
    }
    if (answer.status === 200 || answer.status === 304) loaded = Date.now();
  } catch {
    // No connection, or another question was asked meanwhile. The age of the list says so.
  }
  clearTimeout(late);
  if (mine !== asking) return;
  showAge();
  timer = setTimeout(refresh, document.hidden ? every * 6 : every);
}

search.addEventListener("input", () => {
  const query = search.value ? "/?q=" + encodeURIComponent(search.value) : "/";
  history.replaceState(null, "", query);
  mark = "";
  clearTimeout(timer);
  timer = setTimeout(refresh, 150);
});
search.form.addEventListener("submit", (event) => {
  event.preventDefault();
  refresh();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.select();
  } else if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    search.dispatchEvent(new Event("input"));
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh();
});

showLocalTimes();
showAge();
setInterval(showAge, 1000);
timer = setTimeout(refresh, every);
