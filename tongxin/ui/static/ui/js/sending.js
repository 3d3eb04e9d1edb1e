// Before a form goes the plain way, the server is asked whether it is there: a browser that gets no answer shows a page of
// its own in the place of ours, and what was typed is gone. The form itself is then sent by the browser, as without a script.
import { troubleInSight, unreachedWords } from "./focus.js";
import { letGo } from "./guard.js";
import { ask } from "./page.js";

const ENOUGH = 15000; // for an answer of a few bytes
const asking = new WeakSet();
const passing = new WeakSet();

// A file of ours that needs no database: it answers as long as the server does, and costs it nothing. A gateway that wants
// to know first who asks, and sends elsewhere, is an answer too.
async function isThere() {
  const icon = document.querySelector("link[rel=icon]");
  if (!icon) return true;
  try {
    const answer = await ask(icon.href, { method: "HEAD", cache: "no-store", redirect: "manual", limit: ENOUGH });
    return answer.status < 500; // a proxy answers in the place of a server that is away
  } catch {
    return false;
  }
}

function isOurs(form, button) {
  const said = (name) => (button && button.getAttribute(`form${name}`)) || form.getAttribute(name) || "";
  if (said("method").toLowerCase() !== "post" || !["", "_self"].includes(said("target"))) return false;
  return new URL(said("action") || location.href, location.href).origin === location.origin;
}

// What listens to a form that is sent has heard of it already, when it was held back.
function sendOn(form, button) {
  letGo(form);
  passing.add(form);
  form.requestSubmit(button && button.isConnected && button.form === form ? button : undefined);
  passing.delete(form);
}

async function hold(form, button) {
  asking.add(form);
  const there = await isThere();
  asking.delete(form);
  if (there) sendOn(form, button);
  else troubleInSight(unreachedWords("这一步还没有办，您填的内容还在。"));
}

// Begins last: what prevents a form from being sent has said so by then.
export function startSending() {
  window.addEventListener("submit", (event) => passing.has(event.target) && event.stopImmediatePropagation(), true);
  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (event.defaultPrevented || !isOurs(form, button)) return;
    event.preventDefault();
    if (!asking.has(form)) hold(form, button);
  });
}
