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

function drawCharts() {
  const style = getComputedStyle(document.documentElement);
  const options = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };
  for (const [name, chart] of Object.entries(charts)) {
    const place = document.getElementById(name);
    if (!place) continue;
    const { data, layout } = themed(chart, style);
    if (innerWidth < 600) layout.font.size = 11;
    globalThis.Plotly.react(place, data, layout, options);
  }
}

async function unpackCharts() {
  try {
    const packed = Uint8Array.from(atob(document.getElementById("library").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    drawCharts();
    for (const query of ["(prefers-color-scheme: dark)", "print"]) {
      matchMedia(query).addEventListener("change", drawCharts);
    }
    document.documentElement.dataset.charts = "drawn";
  } catch (error) {
    for (const name of Object.keys(charts)) {
      const place = document.getElementById(name);
      if (!place) continue;
      place.classList.add("failed");
      place.textContent = "This browser can't draw the chart (" + error.message + "); its numbers are in the tables.";
    }
  }
}
