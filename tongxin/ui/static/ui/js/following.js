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

// Why a file, a name was not taken is said once, with the page: what has been saved since does not unsay it.
function keepRefusals(part, newer) {
  const said = all("[data-refused]", part).map((note) => note.cloneNode(true));
  const head = newer.querySelector(".card-head, h2");
  if (said.length && head) head.after(...said);
}

export function followSaved() {
  clearTimeout(waiting);
  if (document.querySelector("[data-follows]")) waiting = setTimeout(readAgain, QUIET);
}

async function readAgain() {
  if (document.visibilityState === "hidden") return;
  reading += 1;
  const mine = reading;
  const answer = await fetch(location.pathname, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  const text = answer && answer.ok ? await answer.text().catch(() => "") : "";
  if (!text || mine !== reading) return;
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const part of all("[data-follows]")) {
    const newer = page.getElementById(part.id);
    if (!newer || inUse(part)) continue;
    const taken = document.adoptNode(newer);
    keepRefusals(part, taken);
    if (plainText(taken.textContent) === plainText(part.textContent)) continue;
    part.replaceWith(taken);
    window.htmx.process(taken);
  }
}
