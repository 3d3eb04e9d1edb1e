// Dialogs: opened by [data-dialog="id"], closed by [data-dismiss], Esc, or a click beside them; focus goes back.
import { build } from "./page.js";

export function openDialog(dialog, from = document.activeElement) {
  if (dialog.open) return;
  dialog.showModal();
  dialog.addEventListener("close", () => from && from.focus && from.focus(), { once: true });
}

function openNavigation(link) {
  const home = document.getElementById(link.dataset.nav);
  const list = home.querySelector(".navlist");
  let dialog = document.getElementById("nav-dialog");
  if (!dialog) {
    const close = build("button", { type: "button", class: "btn", "data-dismiss": true }, "关闭");
    dialog = build("dialog", { id: "nav-dialog", class: "navdialog", "aria-label": "菜单" }, build("div", { class: "close" }, close));
    document.body.append(dialog);
    dialog.addEventListener("close", () => home.append(list));
  }
  dialog.append(list);
  openDialog(dialog, link);
}

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) openDialog(document.getElementById(opener.dataset.dialog), opener);
    const nav = event.target.closest("[data-nav]");
    if (nav) {
      event.preventDefault();
      openNavigation(nav);
    }
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target.closest("[data-dismiss]") || event.target === dialog)) dialog.close();
  });
  document.addEventListener("keydown", (event) => {
    const nav = event.target.closest && event.target.closest("[data-nav]");
    if (nav && event.key === " ") {
      event.preventDefault();
      openNavigation(nav);
    }
  });
}
