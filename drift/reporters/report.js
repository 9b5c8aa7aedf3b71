"use strict";
(() => {
  const filters = document.getElementById("filters");
  if (!filters) return;
  const field = document.getElementById("filter-name");
  const shown = document.getElementById("shown");
  const buttons = [...filters.querySelectorAll("button[data-filter]")];
  const title = (item) => item.querySelector("h3, th").textContent;
  const items = [...document.querySelectorAll("details.bucket, table.rows tbody tr")].map((item) => ({
    item, state: item.dataset.state, name: title(item), folded: title(item).toLowerCase(),
  }));
  let state = "all";

  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const each of items) {
      const fits = (state === "all" || each.state === state) && words.every((word) => each.folded.includes(word));
      each.item.hidden = !fits;
      count += fits;
    }
    for (const table of document.querySelectorAll("table.rows")) {
      table.hidden = !table.querySelector("tbody tr:not([hidden])");
    }
    const all = count === items.length;
    shown.textContent = all ? "" : `${count} of ${items.length} shown`;
  };

  const choose = (value) => {
    state = value;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.filter === value));
    show();
  };

  const named = (text) => items.find((each) => each.name === text || each.item.id === text);
  const jump = () => {
    let wanted = location.hash.slice(1);
    try { wanted = decodeURIComponent(wanted); } catch { return; }
    const found = wanted && named(wanted);
    if (!found) return;
    if (found.item.hidden) { field.value = ""; choose("all"); }
    if (found.item.tagName === "DETAILS") found.item.open = true;
    found.item.scrollIntoView();
    const head = found.item.querySelector("summary");
    if (head) head.focus({ preventScroll: true });
  };

  field.addEventListener("input", show);
  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.filter));
  window.addEventListener("hashchange", jump);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#b']");
    if (link && link.hash === location.hash) jump();
  });
  window.addEventListener("beforeprint", () => { for (const each of items) if (each.state !== "in_sync") each.item.open = true; });

  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  document.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const cell = step && event.target.closest("table.grid td");
    if (!cell) return;
    const row = cell.parentElement;
    const rows = [...row.parentElement.rows];
    const next = rows[rows.indexOf(row) + step[0]]?.cells[cell.cellIndex + step[1]]?.querySelector("button");
    if (next) { next.focus(); event.preventDefault(); }
  });
  for (const grid of document.querySelectorAll("table.grid")) {  // one stop of the Tab key for each grid
    const cells = [...grid.querySelectorAll("tbody button")];
    const stop = (one) => { for (const each of cells) each.tabIndex = each === one ? 0 : -1; };
    stop(cells.find((each) => each.closest("tr.differs") && !each.matches(".is-allowed, .is-refused")) || cells[0]);
    grid.addEventListener("focusin", (event) => { if (cells.includes(event.target)) stop(event.target); });
  }

  filters.hidden = false;
  jump();
})();
