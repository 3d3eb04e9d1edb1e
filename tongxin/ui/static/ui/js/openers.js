// Which button opened the form below its bar: said to who hears the page, and drawn quieter while the form is open.
import { all } from "./page.js";

const OPENERS = '.actions [hx-target="#action-form"]';

function markExpanded(open) {
  for (const opener of all(OPENERS)) opener.setAttribute("aria-expanded", String(opener === open));
}

export function startOpeners() {
  markExpanded(null);
  document.addEventListener("htmx:afterSettle", (event) => {
    const by = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (by && by.matches(OPENERS)) markExpanded(by);
  });
}
