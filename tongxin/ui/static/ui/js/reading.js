// Following a notice marks it as read: sent beside, so that opening the page itself changes nothing.
import { post } from "./page.js";

export function startReading() {
  const told = (event) => {
    const link = event.target.closest("a[data-read]");
    if (!link || event.button > 1) return;
    link.removeAttribute("data-read");
    post(link.href, {}, { keepalive: true }).catch(() => {});
  };
  document.addEventListener("click", told);
  document.addEventListener("auxclick", told);
}
