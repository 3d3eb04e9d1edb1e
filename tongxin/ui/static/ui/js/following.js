// What stands beside a text that saves itself and speaks of it (checks, co-signers, next steps): <section id="…" data-follows>.
// When the text has arrived, the page is read once more, and these parts of it take the place of the old ones.
import { all, plainText } from "./page.js";

const QUIET = 1000; // after the last of several saves: the page is read once
let reading = 0;
let waiting = 0;

// A part that somebody is about to use stays; the server looks at every step again anyway.
const inUse = (part) =>
  part.matches(":focus-within") ||
  part.querySelector(":active, .htmx-request, .action-form:not(:empty)") ||
  all("input[type=file]", part).some((input) => input.files.length);

export function followSaved() {
  clearTimeout(waiting);
  if (document.querySelector("[data-follows]")) waiting = setTimeout(readAgain, QUIET);
}

async function readAgain() {
  if (document.visibilityState === "hidden") return;
  reading += 1;
  const mine = reading;
  const answer = await fetch(location.pathname, { credentials: "same-origin" }).catch(() => null);
  const text = answer && answer.ok ? await answer.text().catch(() => "") : "";
  if (!text || mine !== reading) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const part of all("[data-follows]")) {
    const newer = page.getElementById(part.id);
    if (!newer || inUse(part) || plainText(newer.textContent) === plainText(part.textContent)) continue;
    const taken = document.adoptNode(newer);
    part.replaceWith(taken);
    window.htmx.process(taken);
  }
}
