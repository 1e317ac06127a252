"use strict";

// Sorting: a button in every header; a second press turns the order around. Cells carry their value in data-v.
// Numbers begin with the largest, unless data-up says that small ones come first.
function value(row, index) {
  const cell = row.children[index];
  return cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.trim();
}

function compare(a, b) {
  const x = a === "" ? NaN : Number(a), y = b === "" ? NaN : Number(b);
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function sortBy(table, header, index) {
  const before = header.getAttribute("aria-sort");
  const largest = header.classList.contains("n") && header.dataset.up === undefined;
  const turned = before ? before === "ascending" : largest;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", turned ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows).map((row, place) => [value(row, index), place, row]);
  rows.sort((a, b) => (turned ? -1 : 1) * compare(a[0], b[0]) || a[1] - b[1]);
  body.append(...rows.map((entry) => entry[2]));
  limit(table);
}

// A long table shows its first lines, in the order it is sorted by, until all are asked for or some are looked for.
function limit(table) {
  if (!table.dataset.first) return;
  const { words = "", all } = table.dataset;
  let found = 0;
  for (const row of table.tBodies[0].rows) {
    const fits = !words || row.textContent.toLowerCase().includes(words);
    row.classList.toggle("late", !fits || (!all && found >= Number(table.dataset.first)));
    if (fits) found += 1;
  }
  return found;
}

for (const tools of document.querySelectorAll(".tools")) {
  const table = document.getElementById(tools.dataset.table);
  const told = tools.querySelector("[role=status]"), button = tools.querySelector("[data-all]");
  const again = () => {
    const found = limit(table);
    told.textContent = table.dataset.words ? found + " found" : "";
    button.hidden = Boolean(table.dataset.all) || found <= Number(table.dataset.first);
  };
  tools.querySelector("input").addEventListener("input", (event) => {
    table.dataset.words = event.target.value.trim().toLowerCase();
    again();
  });
  button.addEventListener("click", () => {
    table.dataset.all = "yes";
    again();
    table.querySelector("button").focus();
  });
}

for (const table of document.querySelectorAll("table.sortable")) {
  Array.from(table.tHead.rows[0].cells).forEach((header, index) => {
    if (header.dataset.fixed !== undefined) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    button.addEventListener("click", () => sortBy(table, header, index));
    header.append(button);
  });
}

// Tabs: arrow keys move, as everywhere; without a script all panels stand one below the other.
const tabs = Array.from(document.querySelectorAll("[role=tab]"));

function choose(tab) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
}

tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
});
if (tabs.length) choose(tabs[0]);

// Charts: the library is unpacked here, so nothing is asked of a server. Colours are those of the page's theme.
const charts = JSON.parse(document.getElementById("charts").textContent);

function themed(part, style) {
  if (typeof part === "string") return part.startsWith("$") ? style.getPropertyValue("--" + part.slice(1)).trim() : part;
  if (Array.isArray(part)) return part.map((inner) => themed(inner, style));
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, themed(inner, style)]));
}

const NARROW = 480;

function shortened(text, longest) {
  return text.length <= longest ? text : text.slice(0, longest / 2 - 1) + "…" + text.slice(-longest / 2);
}

// A narrow chart has room for half a name; escaped characters are not cut in two, because such a name is left out.
function narrowed(data, layout) {
  layout.font.size = 11;
  for (const name of ["xaxis", "yaxis"]) {
    const ticks = layout[name].ticktext;
    if (ticks) layout[name].ticktext = ticks.map((text) => (text.includes("&") ? text : shortened(text, 16)));
  }
  for (const trace of data) {
    if (trace.mode === "markers+text") trace.text = trace.text.map((text) => (text.length > 11 ? "" : text));
  }
}

// Paper is narrower than the window that a chart was drawn for: there it is scaled (style.css), not cut.
function scalable(place) {
  const { width, height } = place._fullLayout;
  place.style.setProperty("--width", `${width}px`);
  place.style.setProperty("--shape", `${width} / ${height}`);
  for (const layer of place.querySelectorAll(".main-svg")) layer.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

function draw(name) {
  const place = document.getElementById(name);
  const { data, layout } = themed(charts[name], getComputedStyle(document.documentElement));
  if (place.clientWidth < NARROW) narrowed(data, layout);
  const options = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };
  const known = place.classList.contains("js-plotly-plot");
  globalThis.Plotly.react(place, data, layout, options);
  scalable(place);
  if (!known) place.on("plotly_afterplot", () => scalable(place));
}

function drawAll() {
  if (globalThis.Plotly) Object.keys(charts).forEach(draw);
}

function redrawDrawn() {
  Object.keys(charts).filter((name) => document.getElementById(name).classList.contains("js-plotly-plot")).forEach(draw);
}

let library = null;

async function unpack() {
  const packed = Uint8Array.from(atob(document.getElementById("library").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawDrawn);
  matchMedia("print").addEventListener("change", drawAll);
}

async function drawFirst(name) {
  try {
    library ??= unpack();
    await library;
    draw(name);
  } catch (error) {
    const place = document.getElementById(name);
    place.classList.add("failed");
    place.textContent = "This browser can't draw the chart (" + error.message + "); its numbers are in the tables.";
  }
}

// A chart is drawn when it is about to be seen, so the page stands before the library is unpacked.
function awaitCharts() {
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      watcher.unobserve(entry.target);
      drawFirst(entry.target.id);
    }
  }, { rootMargin: "800px" });
  for (const name of Object.keys(charts)) watcher.observe(document.getElementById(name));
  // What is to be printed has to be ready when the reader asks for it.
  const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 500));
  addEventListener("load", () => idle(async () => {
    await Promise.all(Object.keys(charts).map(drawFirst));
    document.documentElement.dataset.charts = "drawn";
    performance.mark("charts drawn");
  }));
}

// Paper has nothing to open.
let opened = [];
addEventListener("beforeprint", () => {
  opened = Array.from(document.querySelectorAll("details:not([open])"));
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
