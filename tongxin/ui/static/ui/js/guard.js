// Asks before leaving a form that was changed and does not save itself.
import { all } from "./page.js";

const touched = new Set();

// A form that is on its way is not asked about.
export const letGo = (form) => touched.delete(form);

export function startGuard() {
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-guard]")) touched.add(form);
  });
  // At the very end of its way up: whatever holds a form back has done so by then.
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) letGo(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    const open = all("[data-guard]").filter((form) => touched.has(form));
    if (!open.length) return;
    event.preventDefault();
    event.returnValue = "";
  });
}
