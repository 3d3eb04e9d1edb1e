// Where the keyboard goes after the page changed, and what is said when an answer did not come.
import { all, build } from "./page.js";

const FIRST_FIELD = "input:not([type=hidden]):not([disabled]), select, textarea";

// Errors first, then the first thing to fill in, then whatever asks for it, then the heading.
function land(target) {
  const slot = target.closest("#action-form, .drawer, main") || target;
  const asks = (selector) => target.querySelector(selector);
  let place = asks(".errors") || asks("[autofocus]");
  if (!place && slot.matches("#action-form")) place = asks(FIRST_FIELD) || asks("[data-focus]") || asks("button, a");
  if (!place) place = asks("[data-focus]");
  if (!place && slot === target && slot.matches(".drawer, main")) place = asks("h1, h2");
  if (!place) return;
  if (!place.matches("a, button, input, select, textarea, [tabindex]")) place.setAttribute("tabindex", "-1");
  place.focus();
}

export function trouble(text, link) {
  const box = document.getElementById("trouble");
  if (!box) return;
  const note = build("p", { class: "note stop", "data-said-here": "" }, text);
  if (link) note.append(" ", build("a", { href: link.url }, link.label));
  quiet();
  box.append(note);
}

// The same, where somebody looks for it who has just pressed a button.
export function troubleInSight(text, link) {
  trouble(text, link);
  document.getElementById("trouble")?.scrollIntoView({ block: "center" });
}

// Why no answer came: whether it is this machine that is cut off, or the server that is away, and what became of the step.
export function unreachedWords(became) {
  return navigator.onLine ? `服务器没有应答，${became}请稍后再试。` : `网络已断开，${became}请联网后再试。`;
}

// Where one signs in again and comes back to this page; nothing on a page that is everybody's.
export function signInAgain() {
  const signin = document.body.dataset.signin;
  if (!signin) return null;
  return { url: `${signin}?next=${encodeURIComponent(location.pathname + location.search)}`, label: "重新登录，回到这里" };
}

// What the server said with the page stays: requests that the page makes by itself come before anybody has read it.
function quiet() {
  for (const note of all("#trouble [data-said-here]")) note.remove();
}

export function startFocus() {
  const summary = document.querySelector("main [data-focus]");
  if (summary && !summary.closest("[data-quiet]")) summary.focus();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target) land(event.detail.target);
  });
  document.addEventListener("htmx:beforeRequest", quiet);
  document.addEventListener("htmx:sendError", () => troubleInSight(unreachedWords("您填的内容还在，已经办成的不会重复办。")));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const kept = event.detail.elt.closest("[data-keep]");
    if (status === 401 && kept) trouble("登录已经到期或者已经退出，这一步还没有办。您写的内容已存在本机，重新登录以后打开这一步可以接着写。", signInAgain());
    else if (status === 401) trouble("登录已经到期或者已经退出，这一步还没有办。请先把填写的内容复制下来，再重新登录。", signInAgain());
    else if (status === 403) trouble("登录已经到期或者已经退出，或者这一步不由您办理。", signInAgain() || { url: location.href, label: "重新登录" });
    else if (status === 404) trouble("没有找到这一项，它可能已经变动。请刷新页面。");
    else trouble("服务器没有办成这一步，您填的内容还在。请稍后再试。");
  });
}
