// What is written in a form that is sent once (<form data-keep="KEY">) stays on this device until it arrived: an ended session,
// a lost network or a closed window costs no words. There is no draft of it on the server.
import { ALIVE, dropNamed, keepCopy, markSubmitted, readFields, waitingCopies, writeField } from "./drafts.js";
import { all, build } from "./page.js";

const onItsWay = new WeakSet();
const tab = Array.from(crypto.getRandomValues(new Uint8Array(6)), (n) => n.toString(16).padStart(2, "0")).join("");
const owner = () => document.body.dataset.owner || "";
const isText = (control) => control.matches("textarea, input[type=text]") && control.dataset.nosave === undefined;

function texts(form) {
  const written = all("textarea, input[type=text]", form).filter(isText);
  return new Set(written.map((control) => control.name));
}

// Only what was written comes back: what is chosen is chosen anew, and nothing that stands there is replaced.
function bringBack(form) {
  const names = texts(form);
  const now = readFields(form);
  for (const copy of waitingCopies(owner(), form.dataset.keep, tab)) {
    const back = Object.entries(copy.fields).filter(
      ([name, values]) => names.has(name) && !(now[name] || []).join("").trim() && values.join("").trim(),
    );
    dropNamed(copy);
    if (!back.length) continue;
    for (const [name, values] of back) writeField(form, name, values);
    keepCopy(owner(), form.dataset.keep, tab, readFields(form), 0);
    form.querySelector(".field")?.before(build("p", { class: "note info mt2", role: "status" }, "上次写了还没有提交的话，已从本机恢复。"));
    return;
  }
}

function follow(form) {
  if (form.dataset.kept !== undefined) return;
  form.dataset.kept = "";
  let waiting = 0;
  const keep = () => {
    onItsWay.delete(form);
    keepCopy(owner(), form.dataset.keep, tab, readFields(form), 0);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, 400);
  });
  const sent = () => {
    clearTimeout(waiting);
    keep();
    markSubmitted(owner(), form.dataset.keep);
    onItsWay.add(form);
  };
  form.addEventListener("submit", sent);
  form.addEventListener("htmx:responseError", keep);
  form.addEventListener("htmx:sendError", keep);
  bringBack(form);
  // A window that was closed a moment ago looks like one in which somebody still writes; look again when it cannot be.
  setTimeout(() => form.isConnected && bringBack(form), ALIVE + 1000);
}

export function startKeeping() {
  if (!owner()) return;
  all("[data-keep]").forEach(follow);
  document.addEventListener("htmx:load", (event) => {
    const { elt } = event.detail;
    if (elt.matches("[data-keep]")) follow(elt);
    all("[data-keep]", elt).forEach(follow);
  });
  window.addEventListener("pagehide", () => {
    for (const form of all("[data-keep]")) {
      const written = [...texts(form)].some((name) => (readFields(form)[name] || []).join("").trim());
      if (written && !onItsWay.has(form)) keepCopy(owner(), form.dataset.keep, tab, readFields(form), 0, true);
    }
  });
}
