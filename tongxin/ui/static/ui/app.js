const root = document.documentElement;
const all = (selector, where = document) => Array.from(where.querySelectorAll(selector));
const plainText = (text) => (text || "").replace(/\s/g, "");
function build(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}
function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}
function csrf() {
  const field = document.querySelector("[name=csrfmiddlewaretoken]");
  return cookie("csrftoken") || (field ? field.value : "");
}
async function ask(url, { limit, ...options }) {
  const stop = new AbortController();
  const over = setTimeout(() => stop.abort(), limit);
  try {
    return await fetch(url, { ...options, signal: stop.signal });
  } finally {
    clearTimeout(over);
  }
}
function post(url, data, options = {}) {
  return ask(url, {
    limit: 60000,
    method: "POST",
    body: new URLSearchParams(data),
    credentials: "same-origin",
    redirect: "manual",
    headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch", Accept: "application/json" },
    ...options,
  });
}
function startPage() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[aria-disabled=true]")) event.preventDefault();
    const closes = event.target.closest("[data-close]");
    if (closes) {
      const target = document.getElementById(closes.dataset.close);
      target.hidden = true;
      const source = document.querySelector("[aria-current=true].fig");
      if (source) source.focus();
    }
  });
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("[name=csrfmiddlewaretoken]");
    if (field && cookie("csrftoken")) field.value = cookie("csrftoken");
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf();
  });
}
function startSize() {
  for (const form of all("[data-size-form]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const on = root.dataset.size !== "elder";
      if (on) root.dataset.size = "elder";
      else delete root.dataset.size;
      for (const button of all("[data-size-form] button")) {
        button.setAttribute("aria-pressed", String(on));
        button.value = on ? "" : "elder";
      }
      post(form.action, { size: on ? "elder" : "" }).catch(() => {
        document.cookie = `size=${on ? "elder" : ""}; path=/; max-age=31536000; samesite=lax`;
      });
    });
  }
}
function tellTotal(box) {
  const out = document.getElementById(box.dataset.total);
  const parts = all("[data-total]", box.form).filter((part) => part.dataset.total === box.dataset.total);
  const size = parts.reduce((sum, part) => sum + plainText(part.value).length, 0);
  const own = document.getElementById(box.dataset.count);
  if (own) own.textContent = `${plainText(box.value).length} 字`;
  if (!out) return;
  const max = Number(out.dataset.max);
  out.querySelector("b").textContent = size;
  out.className = `counter${size > max ? " over" : size > max * 0.9 ? " near" : ""}`;
}
function tell(box) {
  if (box.dataset.total) {
    tellTotal(box);
    return true;
  }
  const out = document.getElementById(box.dataset.count);
  const max = Number(box.dataset.max);
  const size = plainText(box.value).length;
  if (out) {
    out.textContent = `${size} / ${max} 字`;
    out.className = `counter${size > max ? " over" : size > max * 0.9 ? " near" : ""}`;
  }
  box.setCustomValidity(size > max ? `最多 ${max} 字，现在是 ${size} 字。` : "");
  return size <= max;
}
function startCounters() {
  document.addEventListener("input", (event) => {
    if (event.target.dataset && event.target.dataset.count) tell(event.target);
  });
  document.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      if (button && button.formNoValidate) return;
      const over = all("[data-count]", event.target).filter((box) => !tell(box));
      if (!over.length) return;
      event.preventDefault();
      over[0].focus();
      over[0].reportValidity();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && event.target.matches("textarea.one")) event.preventDefault();
  });
  const ready = (where) => all("[data-count]", where).forEach(tell);
  ready(document);
  document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
}
const TOAST_TIME = 8000;
function live(toast) {
  let left = TOAST_TIME;
  let since = Date.now();
  let timer = setTimeout(() => toast.remove(), left);
  const hold = () => {
    clearTimeout(timer);
    left -= Date.now() - since;
  };
  const go = () => {
    since = Date.now();
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), Math.max(left, 2000));
  };
  toast.addEventListener("mouseenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("mouseleave", go);
  toast.addEventListener("focusout", go);
}
function toast(text, undo, stays = false) {
  const close = build("button", { type: "button", class: "btn quiet", onclick: () => box.remove() }, "知道了");
  const link = undo ? build("a", { href: undo.url }, undo.label || "撤销") : null;
  const box = build("div", { class: "toast" }, build("span", {}, text), link, close);
  document.getElementById("toasts").append(box);
  if (!stays) live(box);
}
function startToasts() {
  for (const given of all("#toasts [data-toast]")) {
    const text = given.textContent.trim();
    const stays = given.dataset.toast === "stays";
    given.remove();
    setTimeout(() => toast(text, null, stays), 100);
  }
  document.addEventListener("toast", (event) => toast(event.detail.value || event.detail.text || "", event.detail.undo));
}
function openDialog(dialog, from = document.activeElement) {
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
function startDialogs() {
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
function startMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of all("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest && event.target.closest("[data-menu][open]");
    if (menu && event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  for (const row of all(".tabs, .pnav ul")) {
    const here = row.querySelector("[aria-current]");
    if (here) row.scrollLeft = here.offsetLeft - row.offsetLeft - row.clientWidth / 2 + here.clientWidth / 2;
  }
}
const FIRST_FIELD = "input:not([type=hidden]):not([disabled]), select, textarea";
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
function trouble(text, link, place = PAGE()) {
  if (!place) return;
  const note = build("p", { class: "note stop", "data-said-here": "", role: place === PAGE() ? null : "alert" }, text);
  if (link) note.append(" ", build("a", { href: link.url }, link.label));
  quiet(place);
  if (place === PAGE()) place.append(note);
  else place.prepend(note);
}
function troubleInSight(text, link, place = PAGE()) {
  trouble(text, link, place);
  (place === PAGE() ? place : place?.firstElementChild)?.scrollIntoView({ block: "center" });
}
function unreachedWords(became) {
  return navigator.onLine ? `服务器没有应答，${became}请稍后再试。` : `网络已断开，${became}请联网后再试。`;
}
function signInAgain() {
  const signin = document.body.dataset.signin;
  if (!signin) return null;
  return { url: `${signin}?next=${encodeURIComponent(location.pathname + location.search)}`, label: "重新登录，回到这里" };
}
function quiet(place = PAGE()) {
  for (const note of place ? Array.from(place.children) : []) if (note.matches("[data-said-here]")) note.remove();
}
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
function firstWrong() {
  const wrong = document.querySelector("main .field .error");
  return wrong && wrong.closest(".field").querySelector("input:not([type=hidden]), select, textarea");
}
function startFocus() {
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
const OPENERS = '.actions [hx-target="#action-form"]';
function markExpanded(open) {
  for (const opener of all(OPENERS)) opener.setAttribute("aria-expanded", String(opener === open));
}
function startOpeners() {
  markExpanded(null);
  document.addEventListener("htmx:afterSettle", (event) => {
    const by = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (by && by.matches(OPENERS)) markExpanded(by);
  });
}
const touched = new Set();
const letGo = (form) => touched.delete(form);
function startGuard() {
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-guard]")) touched.add(form);
  });
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) letGo(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    const open = all("[data-guard]").filter((form) => touched.has(form));
    if (!open.length) return;
    event.preventDefault();
    event.returnValue = "";
  });
}
function sizeInWords(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
function startUploads() {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    const list = document.querySelector(`[data-file-list="${input.id}"]`);
    if (!list) return;
    const most = Number(input.dataset.maxMb || 0) * 1048576;
    const rows = Array.from(input.files).map((file) => {
      const large = most && file.size > most;
      const kind = (file.name.split(".").pop() || "").slice(0, 4).toUpperCase();
      const words = large ? `${sizeInWords(file.size)}　超过 ${input.dataset.maxMb} MB，不能上传` : sizeInWords(file.size);
      return build(
        "li",
        {},
        build("span", { class: "ft", "aria-hidden": "true" }, kind),
        build("div", { class: "grow" }, build("p", {}, file.name), build("p", { class: large ? "error" : "xs muted" }, words)),
      );
    });
    list.replaceChildren(...rows);
    const bad = Array.from(input.files).some((file) => most && file.size > most);
    input.setCustomValidity(bad ? `每个文件不超过 ${input.dataset.maxMb} MB。` : "");
  });
}
function cellValue(row, column) {
  const cell = row.cells[column];
  return cell ? cell.dataset.v || cell.textContent.trim() : "";
}
function compareCells(a, b) {
  const [x, y] = [parseFloat(a), parseFloat(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return a.localeCompare(b, "zh-Hans-CN");
}
function startTables() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("table[data-sortable] th .sort");
    if (!button) return;
    event.preventDefault();
    const head = button.closest("th");
    const table = head.closest("table");
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const rows = Array.from(table.tBodies[0].rows);
    rows.sort((a, b) => compareCells(cellValue(a, head.cellIndex), cellValue(b, head.cellIndex)) * (down ? -1 : 1));
    table.tBodies[0].append(...rows);
  });
}
function tellBulk(form) {
  const picks = all("tbody .pick input", form);
  const ticked = picks.filter((pick) => pick.checked);
  for (const pick of picks) pick.closest("tr").setAttribute("aria-selected", String(pick.checked));
  const every = form.querySelector("thead .pick input");
  if (every) {
    every.checked = ticked.length > 0 && ticked.length === picks.length;
    every.indeterminate = ticked.length > 0 && ticked.length < picks.length;
  }
  const bar = form.querySelector(".bulk");
  if (!bar) return; // readers without duties tick rows only to export or print them
  bar.hidden = !ticked.length;
  bar.querySelector("[data-bulk-count]").textContent = `已选 ${ticked.length} 件`;
  const reasons = [];
  for (const button of all("[data-act]", bar)) {
    const shut = ticked.filter((pick) => !(pick.closest("tr").dataset.can || "").split(" ").includes(button.dataset.act));
    button.setAttribute("aria-disabled", String(shut.length > 0));
    if (shut.length)
      reasons.push(`${button.textContent.trim()}：所选 ${ticked.length} 件中有 ${shut.length} 件${button.dataset.why || "现在不能办"}`);
  }
  bar.querySelector("[data-bulk-why]").textContent = reasons.join("；");
}
function startBulk() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    if (event.target.closest("thead .pick")) {
      for (const pick of all("tbody .pick input", form)) pick.checked = event.target.checked;
    }
    tellBulk(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.getAttribute("aria-disabled") === "true") event.preventDefault();
  });
  all("[data-bulk]").forEach(tellBulk);
}
function startReading() {
  const told = (event) => {
    const link = event.target.closest("a[data-read]");
    if (!link || event.button > 1) return;
    link.removeAttribute("data-read");
    post(link.href, {}, { keepalive: true }).catch(() => {});
  };
  document.addEventListener("click", told);
  document.addEventListener("auxclick", told);
}
function startPrint() {
  let unfolded = [];
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
  window.addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details[data-on-paper]:not([open])")];
    for (const part of unfolded) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of unfolded) part.open = false;
    unfolded = [];
  });
}
function startUncovering() {
  document.addEventListener("keyup", (event) => {
    if (event.key === "Tab" && event.target.matches("textarea")) event.target.scrollIntoView({ block: "nearest" });
  });
}
function startSession() {
  const dialog = document.getElementById("session-warning");
  if (!dialog) return;
  let ends = Date.now() + Number(document.body.dataset.session) * 1000;
  let told = false;
  const look = () => {
    const left = ends - Date.now();
    if (left < 300000 && left > 0 && !told) {
      told = true;
      openDialog(dialog);
    }
    if (left <= 0 && dialog.open) dialog.close();
  };
  dialog.querySelector("[data-stay]").addEventListener("click", async () => {
    dialog.close();
    const answer = await post(document.body.dataset.stayUrl, {}).catch(() => null);
    if (!answer || !answer.ok) return;
    const { seconds } = await answer.json();
    ends = Date.now() + seconds * 1000;
    told = false;
    toast("可以继续使用。");
  });
  setInterval(look, 15000);
  look();
}
const CODE = /^#([0-9a-z-]{8,40})$/i;
function startCodes() {
  const found = CODE.exec(location.hash);
  const field = document.querySelector("[data-from-hash]");
  if (found && field) {
    if (!field.value) field.value = found[1];
    history.replaceState(null, "", location.pathname + location.search);
  }
  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        toast("已复制");
      } catch {
        toast("没有复制成，请照着屏幕输入");
      }
    });
  }
}
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
function startDays() {
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
const COPIES = "tongxin:draft:";
const ALIVE = 15000; // a younger copy belongs to a tab that is still saving it
const copyKey = (owner, key, tab) => `${COPIES}${owner}:${key}:${tab}`;
function stored(prefix) {
  const found = [];
  try {
    for (let i = 0; i < localStorage.length; i += 1) {
      const name = localStorage.key(i);
      if (name.startsWith(prefix)) found.push({ name, ...JSON.parse(localStorage.getItem(name)) });
    }
  } catch {
  }
  return found;
}
function forget(name) {
  try {
    localStorage.removeItem(name);
  } catch {
  }
}
let signingOut = false; // what still fails on the way is kept nowhere
function keepCopy(owner, key, tab, fields, version, closed = false) {
  if (signingOut) return false;
  try {
    localStorage.setItem(copyKey(owner, key, tab), JSON.stringify({ fields, version, at: Date.now(), closed }));
    return true;
  } catch {
    return false;
  }
}
const dropCopy = (owner, key, tab) => forget(copyKey(owner, key, tab));
const dropNamed = (copy) => forget(copy.name);
function waitingCopies(owner, key, tab) {
  const old = (copy) => copy.closed || copy.submitted || Date.now() - copy.at > ALIVE;
  return stored(`${COPIES}${owner}:${key}:`)
    .filter((copy) => copy.name !== copyKey(owner, key, tab) && old(copy))
    .sort((a, b) => b.at - a.at);
}
const closedNow = ({ key, newValue }) => Boolean(key && newValue && key.startsWith(COPIES) && JSON.parse(newValue).closed);
function markSubmitted(owner, key) {
  for (const { name, ...copy } of stored(`${COPIES}${owner}:${key}:`)) {
    try {
      localStorage.setItem(name, JSON.stringify({ ...copy, submitted: true }));
    } catch {
      forget(name);
    }
  }
}
function startDrafts() {
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
const UNSAVED = new Set(["csrfmiddlewaretoken", "version", "tab"]);
const sameLines = (text) => String(text == null ? "" : text).replace(/\r\n?/g, "\n");
function readFields(form) {
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
function writeField(form, name, values) {
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
const asList = (value) => (Array.isArray(value) ? value.map(sameLines) : [sameLines(value)]);
const sameValue = (a, b) => JSON.stringify(a.map((text) => text.trim())) === JSON.stringify(b.map((text) => text.trim()));
function fieldLabel(form, name) {
  const control = all("input, select, textarea", form).find((one) => one.name === name);
  if (!control) return name;
  const legend = control.type === "radio" || control.type === "checkbox" ? control.closest("fieldset")?.querySelector("legend") : null;
  const label = legend || (control.labels && control.labels[0]);
  return label ? label.textContent.replace(/必填/g, "").trim() : name;
}
function inWords(form, name, values) {
  const controls = all("input, select, textarea", form).filter((one) => one.name === name);
  const words = values.map((value) => {
    const choice = controls.find((one) => (one.type === "radio" || one.type === "checkbox") && one.value === value);
    if (choice) return choice.closest("label")?.textContent.trim() || value;
    const option = controls.length && controls[0].options ? Array.from(controls[0].options).find((one) => one.value === value) : null;
    return option ? option.textContent.trim() : value;
  });
  return words.filter(Boolean).join("、");
}
function marked(text, other) {
  if (!text) return [build("span", { class: "muted" }, "（空）")];
  let start = 0;
  while (start < text.length && start < other.length && text[start] === other[start]) start += 1;
  let end = 0;
  const most = Math.min(text.length, other.length) - start;
  while (end < most && text[text.length - 1 - end] === other[other.length - 1 - end]) end += 1;
  const middle = text.slice(start, text.length - end);
  return [text.slice(0, start), middle ? build("mark", { class: "hl" }, middle) : "", text.slice(text.length - end)];
}
const conflictWords = (said) => ({
  title: "这份内容在另一处保存过",
  lead: said.message || "左边是已保存的，右边是您刚写的。请逐项选定，选定以前两份都在。",
  left: "已保存的",
  right: "我的",
  useLeft: "用已保存的",
  useRight: "用我的",
  allLeft: "全部用已保存的",
  allRight: "全部用我的",
  link: said.url ? { url: said.url, label: "您的这一份也已另存，可以打开查看" } : null,
});
function copyWords(copy) {
  const at = new Date(copy.at); // written as the server writes a moment
  const when = `${at.getMonth() + 1} 月 ${at.getDate()} 日 ${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`;
  return {
    title: "本机有一份没有传上去的内容",
    lead: `这是 ${when} 在这台设备上写的。要恢复吗？选定以前两份都在。`,
    left: "已保存的",
    right: "本机的",
    useLeft: "用已保存的",
    useRight: "恢复这一段",
    allLeft: "放弃本机的",
    allRight: "全部恢复",
  };
}
function comparePanel(form, { words, fields, pick, done }) {
  const open = new Set(fields.map((field) => field.name));
  const choose = (name, side, block) => {
    pick(name, side);
    open.delete(name);
    for (const pane of all("[data-side]", block)) pane.classList.toggle("picked", pane.dataset.side === side);
    for (const button of all("button", block)) button.setAttribute("aria-pressed", String(button.dataset.pick === side));
    if (open.size) return;
    panel.remove();
    done();
  };
  const blocks = fields.map((field) => {
    const texts = { left: inWords(form, field.name, field.left), right: inWords(form, field.name, field.right) };
    const pane = (side, other, title, label) =>
      build(
        "div",
        { "data-side": side },
        build("p", { class: "strong sm" }, title),
        build("p", { class: "said", tabindex: "0" }, ...marked(texts[side], texts[other])),
        build("button", { type: "button", class: "btn", "data-pick": side, onclick: () => choose(field.name, side, block) }, label),
      );
    const block = build(
      "div",
      { class: "one" },
      build("h3", {}, fieldLabel(form, field.name)),
      build("div", { class: "pair" }, pane("left", "right", words.left, words.useLeft), pane("right", "left", words.right, words.useRight)),
    );
    return block;
  });
  const chooseAll = (side) => () => fields.forEach((field, n) => open.has(field.name) && choose(field.name, side, blocks[n]));
  const panel = build(
    "section",
    { class: "card conflict", role: "region", "aria-label": words.title, tabindex: "-1" },
    build("h2", {}, words.title),
    build("p", { class: "sm mt2", role: "alert" }, words.lead),
    words.link
      ? build("p", { class: "sm" }, build("a", { href: words.link.url, target: "_blank", rel: "noopener" }, words.link.label))
      : null,
    ...blocks,
    build(
      "div",
      { class: "form-end mt4" },
      build("button", { type: "button", class: "btn act", onclick: chooseAll("right") }, words.allRight),
      build("button", { type: "button", class: "btn", onclick: chooseAll("left") }, words.allLeft),
    ),
  );
  form.before(panel);
  return panel;
}
const QUIET = 1000; // after the last of several saves: the page is read once
let reading = 0;
let waiting = 0;
const inUse = (part) =>
  part.matches(":focus-within") ||
  part.querySelector(":active, .htmx-request, .action-form:not(:empty)") ||
  all("input[type=file]", part).some((input) => input.files.length);
function keepRefusals(part, newer) {
  const said = all("[data-refused]", part).map((note) => note.cloneNode(true));
  const head = newer.querySelector(".card-head, h2");
  if (said.length && head) head.after(...said);
}
function followSaved() {
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
const PAUSE = 2000;
const LONGEST_PAUSE = 20000; // of unbroken typing
const SAVED_SIGNAL = "tongxin:saved";
const STATES = {
  saving: "正在保存…",
  offline: "没有网络，已存在本机",
  away: "服务器没有应答，已存在本机",
  full: "服务器磁盘已满，暂存在本机，会自动再试",
  broken: "服务器出错，暂存在本机，会自动再试",
  conflict: "另一处已保存过，请比较后选定",
  ended: "登录已到期或已退出，已存在本机",
  gone: "这份内容不在了，或者不再由您填写，已存在本机",
};
const NO_SESSION = [401, 403]; // 403: signed out in another window, and the token of the form with it
const NO_SERVER = [502, 504]; // said by what stands before the server: nobody answered behind it
function wordsOfTrouble(answer) {
  if (!answer.status || NO_SERVER.includes(answer.status)) return STATES.away;
  return answer.headers.get("X-Tongxin-Reason") === "disk-full" ? STATES.full : STATES.broken;
}
const later = (time) => new Promise((ready) => setTimeout(ready, time));
class Draft {
  constructor(form) {
    this.form = form;
    this.owner = form.dataset.owner || document.body.dataset.owner || "";
    this.key = form.dataset.key;
    this.version = form.dataset.version;
    this.tab = Array.from(crypto.getRandomValues(new Uint8Array(6)), (n) => n.toString(16).padStart(2, "0")).join("");
    this.mark = form.querySelector(".autosave") || document.querySelector(".autosave");
    this.base = readFields(form); // what the server is known to hold
    this.tries = 0;
    this.busy = null;
    this.panel = null;
    this.gone = false;
    this.chosen = ""; // the copy on the server between which and the text was just chosen
    this.held = false; // typed, and not with the server: leaving the page would lose it from sight
  }
  get changed() {
    return JSON.stringify(readFields(this.form)) !== JSON.stringify(this.base);
  }
  say(state, words = STATES[state], link = null) {
    if (!this.mark || (this.mark.dataset.state === state && this.said === words)) return;
    this.said = words;
    this.mark.dataset.state = state;
    this.mark.lastElementChild.textContent = words;
    if (link) this.mark.lastElementChild.append(" ", build("a", { href: link.url }, link.label));
  }
  keep() {
    return keepCopy(this.owner, this.key, this.tab, readFields(this.form), this.version, this.gone);
  }
  typed() {
    clearTimeout(this.timer);
    clearTimeout(this.copyTimer);
    if (!this.changed) return;
    this.copyTimer = setTimeout(() => this.changed && this.keep(), 400);
    if (this.panel) return;
    if (this.mark && this.mark.dataset.state !== "offline" && this.mark.dataset.state !== "ended") this.say("saving");
    this.since = this.since || Date.now();
    this.timer = setTimeout(() => this.flush(), Date.now() - this.since > LONGEST_PAUSE ? 0 : PAUSE);
  }
  async flush(leaving = false) {
    clearTimeout(this.timer);
    if (this.busy) await this.busy;
    if (this.panel || !(this.changed || this.chosen)) return;
    this.since = 0;
    this.say("saving");
    this.busy = this.send(readFields(this.form), leaving);
    await this.busy;
    this.busy = null;
    if (this.again) {
      this.again = false;
      await this.flush();
    }
  }
  async send(fields, leaving) {
    const kept = this.keep();
    const body = [
      ["version", this.version],
      ["tab", this.tab],
    ];
    if (this.chosen) body.push(["chosen", this.chosen]);
    for (const [name, values] of Object.entries(fields)) for (const value of values) body.push([name, value]);
    let answer;
    try {
      const small = JSON.stringify(body).length < 16000; // browsers refuse larger farewell requests
      answer = await post(this.form.dataset.autosave, body, { keepalive: leaving && small, limit: 20000 });
    } catch {
      return this.unreached(kept, navigator.onLine ? STATES.away : STATES.offline);
    }
    const said = await answer.json().catch(() => null);
    if (answer.ok && said) return this.saved(said, fields);
    if (answer.status === 409 && said) return this.differs(said);
    if (answer.status === 423 && said) return this.closed(said);
    if (answer.type === "opaqueredirect" || NO_SESSION.includes(answer.status)) return this.ended(said);
    if (answer.status === 404) return this.say("gone");
    if (answer.status >= 500 || !answer.status) return this.unreached(kept, wordsOfTrouble(answer));
    return this.say("refused", (said && said.message) || "未能保存到服务器，已存在本机");
  }
  saved(said, fields) {
    quiet();
    this.setVersion(said.version);
    this.base = fields;
    this.tries = 0;
    this.held = false;
    this.chosen = "";
    if (said.saved_at) this.say("saved", `已自动保存（${said.saved_at}）`);
    else this.say("idle", "写下的内容会自动保存");
    if (this.changed) this.typed();
    else {
      dropCopy(this.owner, this.key, this.tab);
      followSaved();
    }
    try {
      const signal = { key: this.key, owner: this.owner, version: said.version, at: said.saved_at, tab: this.tab };
      localStorage.setItem(SAVED_SIGNAL, JSON.stringify(signal));
    } catch {
    }
  }
  setVersion(version) {
    this.version = version;
    const field = this.form.elements.namedItem("version");
    if (field) field.value = version;
  }
  unreached(kept, words) {
    this.held = true;
    this.say("offline", kept ? words : words.replace(/[已暂]存在本机/, "请不要关闭这一页"));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), Math.min(60000, 5000 * 2 ** this.tries));
    this.tries += 1;
  }
  ended(said) {
    this.held = true;
    this.say("ended", STATES.ended, signInAgain());
    trouble((said && said.message) || "登录已经到期或者已经退出，您写的内容已存在本机。", signInAgain());
  }
  closed(said) {
    this.say("closed", said.message, said.url ? { url: said.url, label: "打开另存的一份" } : null);
  }
  differs(said) {
    const mine = readFields(this.form);
    const theirs = Object.entries(said.fields || {}).filter(([name]) => name in mine);
    const fields = theirs
      .map(([name, value]) => ({ name, left: asList(value), right: mine[name], base: this.base[name] || [] }))
      .filter((field) => !sameValue(field.left, field.right) && !sameValue(field.left, field.base));
    const adopt = () => {
      this.setVersion(said.version);
      for (const [name, value] of theirs) this.base[name] = asList(value);
      this.chosen = said.mine_kept_as || "";
      this.panel = null;
    };
    if (!fields.length) {
      adopt();
      this.again = true;
      return;
    }
    this.say("conflict");
    this.compare(fields, adopt, conflictWords(said));
  }
  compare(fields, settle, words, after = () => {}) {
    const focused = document.activeElement;
    this.panel = comparePanel(this.form, {
      words,
      fields,
      pick: (name, side) => {
        const field = fields.find((one) => one.name === name);
        if (side === "left") writeField(this.form, name, field.left);
        else if (field.fixed) writeField(this.form, name, field.right);
      },
      done: () => {
        this.panel = null;
        settle();
        if (focused && focused.isConnected && focused !== document.body) focused.focus();
        else this.form.querySelector("input:not([type=hidden]), textarea")?.focus();
        this.flush();
        if (!this.changed) this.say("saved", "已保存");
        after();
      },
    });
  }
  offer() {
    const now = readFields(this.form);
    for (const copy of waitingCopies(this.owner, this.key, this.tab)) {
      const fields = Object.entries(copy.fields)
        .filter(([name]) => name in now)
        .map(([name, values]) => ({ name, left: now[name], right: values, fixed: true }))
        .filter((field) => !sameValue(field.left, field.right));
      if (fields.length) {
        const again = () => this.offer();
        this.compare(fields, () => dropNamed(copy), copyWords(copy), again);
        return;
      }
      dropNamed(copy);
    }
  }
  savedElsewhere(signal) {
    if (this.changed) {
      this.flush();
      return;
    }
    const again = build("button", { type: "button", class: "btn", onclick: () => location.reload() }, "载入最新内容");
    const note = build("div", { class: "note mt2 row between", role: "status", "data-elsewhere": true });
    note.append(build("span", {}, `这份内容已在另一个窗口保存（${signal.at}）。`), again);
    all("[data-elsewhere]").forEach((old) => old.remove());
    this.form.before(note);
  }
  showPanel() {
    this.panel.focus();
    this.panel.scrollIntoView();
  }
  async submitting(event) {
    if (event.defaultPrevented || this.leaving || this.form.hasAttribute("hx-post")) return;
    if (navigator.onLine && !this.panel && !this.busy && !this.changed) {
      markSubmitted(this.owner, this.key);
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    if (!this.panel) await this.flush();
    if (this.panel) {
      this.showPanel();
      return;
    }
    if (!navigator.onLine) this.say("offline");
    if (!navigator.onLine || (this.held && this.changed)) return; // the page stays, with what was typed
    markSubmitted(this.owner, this.key);
    this.leaving = true;
    this.form.requestSubmit(button || undefined);
    this.leaving = false;
  }
  listen() {
    this.form.addEventListener("input", () => this.typed());
    this.form.addEventListener("change", () => this.typed());
    this.form.addEventListener("focusout", () => this.flush());
    this.form.addEventListener("submit", (event) => this.submitting(event));
    window.addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.flush(true));
    window.addEventListener("pagehide", () => {
      this.gone = true;
      if (!this.changed) return;
      this.keep();
      this.flush(true);
    });
    window.addEventListener("pageshow", () => {
      this.gone = false;
    });
    window.addEventListener("storage", (event) => {
      if (event.key !== SAVED_SIGNAL || !event.newValue) {
        if (closedNow(event) && !this.panel) this.offer();
        return;
      }
      const signal = JSON.parse(event.newValue);
      const mine = signal.key === this.key && signal.owner === this.owner && signal.tab !== this.tab;
      if (mine && String(signal.version) !== String(this.version)) this.savedElsewhere(signal);
    });
    document.addEventListener("htmx:confirm", (event) => {
      const { elt, question, issueRequest } = event.detail;
      const waited = this.waiting === elt;
      this.waiting = null;
      if (waited || !this.changed || elt.closest("[data-nosave]")) return;
      event.preventDefault();
      Promise.race([this.flush(), later(4000)]).then(() => {
        if (this.panel) return this.showPanel();
        this.waiting = elt;
        return issueRequest(!question);
      });
    });
  }
}
function startAutosave() {
  for (const form of all("[data-autosave]")) {
    const draft = new Draft(form);
    draft.listen();
    draft.offer();
    setTimeout(() => draft.panel || draft.offer(), ALIVE + 1000);
  }
}
const onItsWay = new WeakSet();
const tab = Array.from(crypto.getRandomValues(new Uint8Array(6)), (n) => n.toString(16).padStart(2, "0")).join("");
const owner = () => document.body.dataset.owner || "";
const isText = (control) => control.matches("textarea, input[type=text]") && control.dataset.nosave === undefined;
function texts(form) {
  const written = all("textarea, input[type=text]", form).filter(isText);
  return new Set(written.map((control) => control.name));
}
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
  setTimeout(() => form.isConnected && bringBack(form), ALIVE + 1000);
}
function startKeeping() {
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
const ENOUGH = 15000; // for an answer of a few bytes
const asking = new WeakSet();
const passing = new WeakSet();
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
function startSending() {
  window.addEventListener("submit", (event) => passing.has(event.target) && event.stopImmediatePropagation(), true);
  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (event.defaultPrevented || !isOurs(form, button)) return;
    event.preventDefault();
    if (!asking.has(form)) hold(form, button);
  });
}
for (const start of [
  ...[startPage, startSize, startCounters, startToasts, startDialogs, startMenus, startFocus, startOpeners, startGuard],
  ...[startReading, startPrint, startUncovering, startUploads, startDays, startTables, startBulk, startSession, startDrafts, startAutosave, startKeeping, startCodes, startSending],
]) {
  start();
}
