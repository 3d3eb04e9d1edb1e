// The bar for ticked rows: says how many, and greys what is not open to all of them.
// <form data-bulk> holds a table whose rows carry data-can="remind print", and a .bulk with <button data-act data-label data-why>.
import { all } from "./page.js";

function tellBulk(form) {
  const picks = all("tbody .pick input", form);
  const ticked = picks.filter((pick) => pick.checked);
  for (const pick of picks) pick.closest("tr").setAttribute("aria-selected", String(pick.checked));
  const every = form.querySelector("thead .pick input");
  if (every) {
    every.checked = ticked.length > 0 && ticked.length === picks.length;
    every.indeterminate = ticked.length > 0 && ticked.length < picks.length;
  }
  const bar = form.querySelector(".bulk");
  if (!bar) return; // readers without duties tick rows only to export or print them
  bar.hidden = !ticked.length;
  bar.querySelector("[data-bulk-count]").textContent = `已选 ${ticked.length} 件`;
  const reasons = [];
  for (const button of all("[data-act]", bar)) {
    const shut = ticked.filter((pick) => !(pick.closest("tr").dataset.can || "").split(" ").includes(button.dataset.act));
    button.setAttribute("aria-disabled", String(shut.length > 0));
    if (shut.length)
      reasons.push(`${button.textContent.trim()}：所选 ${ticked.length} 件中有 ${shut.length} 件${button.dataset.why || "现在不能办"}`);
  }
  bar.querySelector("[data-bulk-why]").textContent = reasons.join("；");
}

export function startBulk() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    if (event.target.closest("thead .pick")) {
      for (const pick of all("tbody .pick input", form)) pick.checked = event.target.checked;
    }
    tellBulk(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.getAttribute("aria-disabled") === "true") event.preventDefault();
  });
  all("[data-bulk]").forEach(tellBulk);
}
