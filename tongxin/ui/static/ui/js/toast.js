// Confirms what already happened: eight seconds, waiting while it is pointed at or focused.
import { all, build } from "./page.js";

const TOAST_TIME = 8000;

function live(toast) {
  let left = TOAST_TIME;
  let since = Date.now();
  let timer = setTimeout(() => toast.remove(), left);
  const hold = () => {
    clearTimeout(timer);
    left -= Date.now() - since;
  };
  const go = () => {
    since = Date.now();
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), Math.max(left, 2000));
  };
  toast.addEventListener("mouseenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("mouseleave", go);
  toast.addEventListener("focusout", go);
}

// What was not done stays until it was read.
export function toast(text, undo, stays = false) {
  const close = build("button", { type: "button", class: "btn quiet", onclick: () => box.remove() }, "知道了");
  const link = undo ? build("a", { href: undo.url }, undo.label || "撤销") : null;
  const box = build("div", { class: "toast" }, build("span", {}, text), link, close);
  document.getElementById("toasts").append(box);
  if (!stays) live(box);
}

export function startToasts() {
  // Put in after loading, so that readers announce them.
  for (const given of all("#toasts [data-toast]")) {
    const text = given.textContent.trim();
    const stays = given.dataset.toast === "stays";
    given.remove();
    setTimeout(() => toast(text, null, stays), 100);
  }
  document.addEventListener("toast", (event) => toast(event.detail.value || event.detail.text || "", event.detail.undo));
}
