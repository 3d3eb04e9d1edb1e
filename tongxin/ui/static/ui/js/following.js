// What stands beside a text that saves itself and speaks of it (checks, co-signers, next steps): <section id="…" data-follows>.
// When the text has arrived, the page is read once more, and these parts of it take the place of the old ones.
import { all, plainText } from "./page.js";

const PAUSE = 1000; // after the last of several saves: the page is read once
let latest = 0;
let timer = 0;

// A part that somebody is about to use stays; the server looks at every step again anyway.
const inUse = (part) =>
  part.matches(":focus-within") ||
  part.querySelector(":active, .htmx-request, .action-form:not(:empty)") ||
  all("input[type=file]", part).some((input) => input.files.length);

export function followSaved() {
  clearTimeout(timer);
  if (document.querySelector("[data-follows]")) timer = setTimeout(readAgain, PAUSE);
}

async function readAgain() {
  if (document.visibilityState === "hidden") return;
  latest += 1;
  const mine = latest;
  const answer = await fetch(location.pathname, { credentials: "same-origin" }).catch(() => null);
  const text = answer && answer.ok ? await answer.text().catch(() => "") : "";
  if (!text || mine !== latest) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const part of all("[data-follows]")) {
    const newer = page.getElementById(part.id);
    if (!newer || inUse(part) || plainText(newer.textContent) === plainText(part.textContent)) continue;
    const taken = document.adoptNode(newer);
    part.replaceWith(taken);
    window.htmx.process(taken);
  }
}
