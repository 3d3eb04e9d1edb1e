// Asks before leaving a form that was changed and does not save itself.
import { all } from "./page.js";

export function startGuard() {
  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-guard]")) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) changed.delete(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    const open = all("[data-guard]").filter((form) => changed.has(form));
    if (!open.length) return;
    event.preventDefault();
    event.returnValue = "";
  });
}
