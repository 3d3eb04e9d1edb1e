// Local copies of what was typed: kept until the server has it, per account, form and tab.
import { all } from "./page.js";

const COPIES = "tongxin:draft:";
export const ALIVE = 15000; // a younger copy belongs to a tab that is still saving it

const copyKey = (owner, key, tab) => `${COPIES}${owner}:${key}:${tab}`;

function stored(prefix) {
  const found = [];
  try {
    for (let i = 0; i < localStorage.length; i += 1) {
      const name = localStorage.key(i);
      if (name.startsWith(prefix)) found.push({ name, ...JSON.parse(localStorage.getItem(name)) });
    }
  } catch {
    // No storage on this device, or not ours to read.
  }
  return found;
}

function forget(name) {
  try {
    localStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}

let signingOut = false; // what still fails on the way is kept nowhere

// Returns whether the copy could be kept.
export function keepCopy(owner, key, tab, fields, version, closed = false) {
  if (signingOut) return false;
  try {
    localStorage.setItem(copyKey(owner, key, tab), JSON.stringify({ fields, version, at: Date.now(), closed }));
    return true;
  } catch {
    return false;
  }
}

export const dropCopy = (owner, key, tab) => forget(copyKey(owner, key, tab));
export const dropNamed = (copy) => forget(copy.name);

// Copies that no living tab is about to save, newest first.
export function waitingCopies(owner, key, tab) {
  const old = (copy) => copy.closed || copy.submitted || Date.now() - copy.at > ALIVE;
  return stored(`${COPIES}${owner}:${key}:`)
    .filter((copy) => copy.name !== copyKey(owner, key, tab) && old(copy))
    .sort((a, b) => b.at - a.at);
}

// Whether another tab has just put a copy away for good.
export const closedNow = ({ key, newValue }) => Boolean(key && newValue && key.startsWith(COPIES) && JSON.parse(newValue).closed);

// A submitted form's copies stay until another page shows that the submit arrived.
export function markSubmitted(owner, key) {
  for (const { name, ...copy } of stored(`${COPIES}${owner}:${key}:`)) {
    try {
      localStorage.setItem(name, JSON.stringify({ ...copy, submitted: true }));
    } catch {
      forget(name);
    }
  }
}

export function startDrafts() {
  const owner = document.body.dataset.owner || "";
  const here = all("[data-autosave]").map((form) => `${COPIES}${form.dataset.owner || owner}:${form.dataset.key}:`);
  const asked = all("[data-keep]").map((form) => `${COPIES}${owner}:${form.dataset.keep}:`);
  for (const copy of stored(COPIES)) {
    if (!owner) break; // the sign-in: what was submitted did not arrive
    if (copy.submitted && ![...here, ...asked].some((prefix) => copy.name.startsWith(prefix))) forget(copy.name);
  }
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-signout]")) return;
    signingOut = true;
    for (const copy of stored(`${COPIES}${owner}:`)) forget(copy.name);
  });
  window.addEventListener("pageshow", () => {
    signingOut = false;
  });
}

// ── reading and writing the fields of a form ──
const UNSAVED = new Set(["csrfmiddlewaretoken", "version", "tab"]);
export const sameLines = (text) => String(text == null ? "" : text).replace(/\r\n?/g, "\n");

export function readFields(form) {
  const fields = {};
  for (const control of Array.from(form.elements)) {
    const { name, type } = control;
    if (!name || UNSAVED.has(name) || control.disabled || control.dataset.nosave !== undefined) continue;
    if (["submit", "button", "file", "reset", "image", "password"].includes(type) || control.tagName === "FIELDSET") continue;
    fields[name] = fields[name] || [];
    if ((type === "checkbox" || type === "radio") && !control.checked) continue;
    if (type === "select-multiple") fields[name].push(...Array.from(control.selectedOptions, (option) => option.value));
    else fields[name].push(sameLines(control.value));
  }
  return fields;
}

export function writeField(form, name, values) {
  const wanted = values.map(sameLines);
  let place = 0;
  for (const control of all("input, select, textarea", form).filter((one) => one.name === name)) {
    if (control.type === "checkbox" || control.type === "radio") control.checked = wanted.includes(control.value);
    else if (control.type === "select-multiple") {
      for (const option of Array.from(control.options)) option.selected = wanted.includes(option.value);
    } else {
      control.value = wanted[place] == null ? "" : wanted[place];
      place += 1;
    }
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export const asList = (value) => (Array.isArray(value) ? value.map(sameLines) : [sameLines(value)]);
export const sameValue = (a, b) => JSON.stringify(a.map((text) => text.trim())) === JSON.stringify(b.map((text) => text.trim()));
