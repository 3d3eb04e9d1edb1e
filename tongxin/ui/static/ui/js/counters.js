// 字数: counts characters without white space, as the office does; too long blocks the submit, never truncates.
import { all, plainText } from "./page.js";

// Several parts of one text: each says how long it is, their sum is held against the limit.
function tellTotal(box) {
  const out = document.getElementById(box.dataset.total);
  const parts = all("[data-total]", box.form).filter((part) => part.dataset.total === box.dataset.total);
  const size = parts.reduce((sum, part) => sum + plainText(part.value).length, 0);
  const own = document.getElementById(box.dataset.count);
  if (own) own.textContent = `${plainText(box.value).length} 字`;
  if (!out) return;
  const max = Number(out.dataset.max);
  out.querySelector("b").textContent = size;
  out.className = `counter${size > max ? " over" : size > max * 0.9 ? " near" : ""}`;
}

function tell(box) {
  if (box.dataset.total) {
    tellTotal(box);
    return true;
  }
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
