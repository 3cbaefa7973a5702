"use strict";
// Tables sort by any column and fold when they are long; the one with verdicts is filtered by them.
const SHOWN_ROWS = 12;
const FILTERED = "Verdict";
const LONGEST_NAME = 14; // letters

function value(row, column) {
  const text = row.cells[column].textContent.trim();
  const number = parseFloat(text.replace("\u2212", "-"));
  return Number.isNaN(number) ? text : number;
}

function sortBy(table, column, heading) {
  const descending = heading.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows];
  const order = (a, b) => (typeof a === typeof b ? (a < b ? -1 : Number(a > b)) : typeof a === "number" ? -1 : 1);
  rows.sort((a, b) => order(value(a, column), value(b, column)) * (descending ? -1 : 1));
  table.tBodies[0].append(...rows);
}

function button(text, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", () => press(made));
  return made;
}

function fold(table, tools) {
  const rows = () => [...table.tBodies[0].rows];
  const count = rows().length;
  if (count <= SHOWN_ROWS + 3) return () => {};
  let folded = true;
  const apply = () => rows().forEach((row, k) => row.classList.toggle("folded", folded && k >= SHOWN_ROWS));
  const toggle = button(`Show all ${count} rows`, () => {
    folded = !folded;
    toggle.textContent = folded ? `Show all ${count} rows` : "Show fewer rows";
    toggle.setAttribute("aria-expanded", String(!folded));
    apply();
  });
  toggle.setAttribute("aria-expanded", "false");
  tools.append(toggle);
  apply();
  return apply;
}

function filter(table, tools, column) {
  const cells = [...table.tBodies[0].rows].map((row) => row.cells[column]);
  for (const cell of cells) cell.dataset.verdict = cell.textContent;
  const counts = new Map([["all", cells.length]]);
  for (const cell of cells) counts.set(cell.textContent, (counts.get(cell.textContent) ?? 0) + 1);
  for (const [kind, count] of counts) {
    const made = button(`${kind} (${count})`, () => {
      for (const other of tools.children) other.setAttribute("aria-pressed", String(other === made));
      for (const cell of cells) cell.parentElement.classList.toggle("filtered", kind !== "all" && cell.textContent !== kind);
    });
    made.setAttribute("aria-pressed", String(kind === "all"));
    tools.append(made);
  }
}

// The row of means stays last, whatever is sorted or folded.
function sumUp(table) {
  for (const row of [...table.tBodies[0].rows]) {
    if (row.cells[0].textContent === "mean") (table.tFoot ?? table.createTFoot()).append(row);
  }
}

// Names stay on one line, and columns of long texts are wide enough to be read; the table scrolls where all do not fit.
function widen(table) {
  for (const cell of table.querySelectorAll("td.text")) {
    const letters = cell.textContent.length;
    if (letters <= LONGEST_NAME) cell.style.whiteSpace = "nowrap";
    else cell.style.setProperty("--words", `${Math.ceil(letters / 6)}rem`);
  }
}

for (const table of document.querySelectorAll("figure.table table")) {
  if (!table.tBodies.length) continue; // no exam has such rows
  sumUp(table);
  widen(table);
  const tools = document.createElement("div");
  tools.className = "tools";
  const headings = [...table.tHead.rows[0].cells];
  const verdicts = headings.findIndex((heading) => heading.textContent === FILTERED);
  if (verdicts >= 0) filter(table, tools, verdicts);
  const refold = verdicts >= 0 ? () => {} : fold(table, tools);
  headings.forEach((heading, column) => {
    heading.replaceChildren(button(heading.textContent, () => { sortBy(table, column, heading); refold(); }));
  });
  if (tools.childElementCount) table.parentElement.before(tools);
}
for (const frame of document.querySelectorAll("iframe")) {
  const fit = () => { frame.style.height = `${frame.contentDocument.documentElement.offsetHeight + 2}px`; };
  frame.addEventListener("load", () => {
    fit();
    new ResizeObserver(fit).observe(frame.contentDocument.documentElement);
  });
}
for (const details of document.querySelectorAll("nav details")) details.open = matchMedia("(min-width: 82rem)").matches;

// The keyboard stops at what scrolls, and at nothing else.
function reach() {
  for (const box of document.querySelectorAll(".scroll")) box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1;
}
addEventListener("load", reach);
addEventListener("resize", reach);
