// Sorts small tables that are whole on the page: table[data-sortable] with <button class="sort"> in its heads.
import { all } from "./page.js";

function cellValue(row, column) {
  const cell = row.cells[column];
  return cell ? cell.dataset.v || cell.textContent.trim() : "";
}

function compareCells(a, b) {
  const [x, y] = [parseFloat(a), parseFloat(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a.localeCompare(b, "zh-Hans-CN");
}

export function startTables() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("table[data-sortable] th .sort");
    if (!button) return;
    event.preventDefault();
    const head = button.closest("th");
    const table = head.closest("table");
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = Array.from(table.tBodies[0].rows);
    rows.sort((a, b) => compareCells(cellValue(a, head.cellIndex), cellValue(b, head.cellIndex)) * (down ? -1 : 1));
    table.tBodies[0].append(...rows);
  });
}
