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

const BY_HAND = ["click", "submit"];
const PAGE = () => document.getElementById("trouble");

// What went wrong stands where the answer would have stood, until the next answer comes there: no other takes it away.
export function trouble(text, link, place = PAGE()) {
  if (!place) return;
  const note = build("p", { class: "note stop", "data-said-here": "", role: place === PAGE() ? null : "alert" }, text);
  if (link) note.append(" ", build("a", { href: link.url }, link.label));
  quiet(place);
  if (place === PAGE()) place.append(note);
  else place.prepend(note);
}

// The same, where somebody looks for it who has just pressed a button.
export function troubleInSight(text, link, place = PAGE()) {
  trouble(text, link, place);
  (place === PAGE() ? place : place?.firstElementChild)?.scrollIntoView({ block: "center" });
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
export function quiet(place = PAGE()) {
  for (const note of place ? Array.from(place.children) : []) if (note.matches("[data-said-here]")) note.remove();
}

// Whether somebody pressed something, or the page asked by itself: then nothing was to be done, and nothing was lost.
function report(detail, words, link) {
  const place = detail?.target?.isConnected && detail.target !== document.body ? detail.target : PAGE();
  const pressed = !detail?.requestConfig || BY_HAND.includes(detail.requestConfig.triggeringEvent?.type);
  if (pressed) troubleInSight(words, link, place);
  else trouble("这一部分暂时没有取到，其他内容不受影响。", null, place);
}

function refusedWords(status, kept) {
  if (status === 401 && kept) return ["登录已经到期或者已经退出，这一步还没有办。您写的内容已存在本机，重新登录以后打开这一步可以接着写。", signInAgain()];
  if (status === 401) return ["登录已经到期或者已经退出，这一步还没有办。请先把填写的内容复制下来，再重新登录。", signInAgain()];
  if (status === 403) return ["登录已经到期或者已经退出，或者这一步不由您办理。", signInAgain() || { url: location.href, label: "重新登录" }];
  if (status === 404) return ["没有找到这一项，它可能已经变动。请刷新页面。"];
  return ["服务器没有办成这一步，您填的内容还在。请稍后再试。"];
}

// A page that comes back with what was wrong beside its field alone is opened there.
function firstWrong() {
  const wrong = document.querySelector("main .field .error");
  return wrong && wrong.closest(".field").querySelector("input:not([type=hidden]), select, textarea");
}

export function startFocus() {
  const summary = document.querySelector("main [data-refused]") || document.querySelector("main [data-focus]") || firstWrong();
  if (summary && !summary.closest("[data-quiet]")) summary.focus();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target) land(event.detail.target);
  });
  document.addEventListener("htmx:beforeRequest", (event) => event.detail.target && quiet(event.detail.target));
  document.addEventListener("htmx:sendError", (event) => report(event.detail, unreachedWords("您填的内容还在，已经办成的不会重复办。")));
  document.addEventListener("htmx:responseError", (event) => {
    report(event.detail, ...refusedWords(event.detail.xhr.status, event.detail.elt.closest("[data-keep]")));
  });
}
