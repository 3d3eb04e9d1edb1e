// 字数: counts characters without white space, as the office does; too long blocks the submit, never truncates.
import { all, plainText } from "./page.js";

function tell(box) {
  const out = document.getElementById(box.dataset.count);
  const max = Number(box.dataset.max);
  const size = plainText(box.value).length;
  if (out) {
    out.textContent = `${size} / ${max} 字`;
    out.className = `counter${size > max ? " over" : size > max * 0.9 ? " near" : ""}`;
  }
  box.setCustomValidity(size > max ? `最多 ${max} 字，现在是 ${size} 字。` : "");
  return size <= max;
}

export function startCounters() {
  document.addEventListener("input", (event) => {
    if (event.target.dataset && event.target.dataset.count) tell(event.target);
  });
  document.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      if (button && button.formNoValidate) return;
      const over = all("[data-count]", event.target).filter((box) => !tell(box));
      if (!over.length) return;
      event.preventDefault();
      over[0].focus();
      over[0].reportValidity();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    // A title has one line, however long.
    if (event.key === "Enter" && !event.isComposing && event.target.matches("textarea.one")) event.preventDefault();
  });
  const ready = (where) => all("[data-count]", where).forEach(tell);
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
}
