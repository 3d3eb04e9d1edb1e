// A day is typed, or chosen in a calendar of the page's own: a browser's speaks the browser's language. By key: arrows, page up and down, Esc.
import { all, build } from "./page.js";

const WEEK = ["一", "二", "三", "四", "五", "六", "日"];
const WRITTEN = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|^(\d{4})(\d{2})(\d{2})(?!\d)/;
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [0, -7], ArrowDown: [0, 7], PageUp: [-1, 0], PageDown: [1, 0] };
const two = (number) => String(number).padStart(2, "0");
const iso = (day) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
const spoken = (day) => `${day.getFullYear()} 年 ${day.getMonth() + 1} 月 ${day.getDate()} 日`;
const weekday = (day) => WEEK[(day.getDay() + 6) % 7];

function readDay(text) {
  const plain = text.normalize("NFKC").trim();
  const found = plain.replace(/^[^:T]*?日|^\S+/, (part) => part.replace(/\s/g, "")).match(WRITTEN);
  if (!found) return null;
  const [year, month, date] = found.slice(1).filter(Boolean).map(Number);
  const day = new Date(year, month - 1, date);
  return day.getMonth() === month - 1 && year > 1899 && year < 2200 ? { day, rest: plain.replace(/^[^:T]*?日|^\S+/, "").replace(/^[\sT]+/, "") } : null;
}

function moved(day, [months, days]) {
  if (!months) return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
  const last = new Date(day.getFullYear(), day.getMonth() + months + 1, 0).getDate();
  return new Date(day.getFullYear(), day.getMonth() + months, Math.min(day.getDate(), last));
}

function calendarOf(field, button, said) {
  const box = build("div", { class: "days", role: "dialog", "aria-label": "选择日期", hidden: true });
  let shown = new Date();
  const close = () => {
    box.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const choose = (day) => {
    const known = readDay(field.value);
    const hour = (known && known.rest) || "18:00";
    field.value = field.dataset.day === "moment" ? `${iso(day)} ${hour}` : iso(day);
    close();
    field.focus();
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  const draw = (day, focused) => {
    shown = day;
    const first = new Date(day.getFullYear(), day.getMonth(), 1);
    const begin = moved(first, [0, -((first.getDay() + 6) % 7)]);
    const known = readDay(field.value);
    const turn = (label, sign, months) =>
      build("button", { type: "button", class: "btn", "aria-label": label, onclick: () => draw(moved(shown, [months, 0]), false) }, sign);
    const cell = (number) => {
      const one = moved(begin, [0, number]);
      const marks = [iso(one) === iso(new Date()) ? "today" : "", one.getMonth() === first.getMonth() ? "" : "other"].join(" ");
      const label = `${spoken(one)} 星期${weekday(one)}`;
      const tab = iso(one) === iso(day) ? 0 : -1;
      const chosen = known !== null && iso(known.day) === iso(one);
      return build("button", { type: "button", class: marks, tabindex: tab, "aria-label": label, "aria-pressed": String(chosen), "data-on": iso(one), onclick: () => choose(one) }, String(one.getDate()));
    };
    box.replaceChildren(
      build("div", { class: "days-head" }, turn("上一年", "«", -12), turn("上个月", "‹", -1), build("b", { "aria-live": "polite" }, `${first.getFullYear()} 年 ${first.getMonth() + 1} 月`), turn("下个月", "›", 1), turn("下一年", "»", 12)),
      build("div", { class: "days-grid" }, ...WEEK.map((word) => build("span", { "aria-hidden": "true" }, word)), ...Array.from({ length: 42 }, (_none, number) => cell(number))),
      build("div", { class: "days-foot" }, build("button", { type: "button", class: "btn", onclick: () => choose(new Date()) }, "今天"), build("button", { type: "button", class: "btn", onclick: () => (close(), button.focus()) }, "关闭")),
    );
    if (focused) box.querySelector(`[data-on="${iso(day)}"]`).focus();
  };
  button.addEventListener("click", () => {
    if (!box.hidden) return close();
    const known = readDay(field.value);
    box.hidden = false;
    button.setAttribute("aria-expanded", "true");
    return draw(known ? known.day : new Date(), true);
  });
  box.addEventListener("keydown", (event) => {
    const onDay = event.target.dataset.on;
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
      button.focus();
    } else if (onDay && STEPS[event.key]) {
      event.preventDefault();
      draw(moved(shown, STEPS[event.key]), true);
    }
  });
  document.addEventListener("click", (event) => {
    if (!box.hidden && event.target.isConnected && !box.parentNode.contains(event.target)) close();
  });
  const say = () => {
    const known = readDay(field.value);
    said.textContent = known ? `星期${weekday(known.day)}` : "";
  };
  field.addEventListener("input", say);
  field.addEventListener("change", () => {
    const known = readDay(field.value);
    if (known && (field.dataset.day === "day" ? !known.rest : known.rest)) field.value = [iso(known.day), known.rest].filter(Boolean).join(" ");
    say();
  });
  say();
  return box;
}

export function startDays() {
  for (const field of all("input[data-day]")) {
    const label = document.querySelector(`label[for="${field.id}"]`);
    const name = label ? label.textContent.replace("必填", "").trim() : "";
    const button = build("button", { type: "button", class: "icon-btn", "aria-label": `打开日历：${name}`, "aria-expanded": "false" });
    button.innerHTML = '<svg class="ic" viewBox="0 0 24 24" aria-hidden="true"><rect x="4" y="5" width="16" height="15" rx="2"/><path d="M4 10h16M8 3v4M16 3v4"/></svg>';
    const said = build("span", { class: "sm muted" });
    const line = build("div", { class: "dayfield" });
    field.replaceWith(line);
    line.append(field, button, said, calendarOf(field, button, said));
  }
}
