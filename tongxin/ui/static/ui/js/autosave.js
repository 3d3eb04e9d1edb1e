// 自动保存: <form data-autosave="URL" data-version="N" data-key="proposal-UID">.
// The server answers as tongxin/drafts/views.py says, for every text alike.
// Sends two seconds after the last key, on leaving a field, and when the page is put away. Nothing typed is lost:
// a copy stays on the device until the server has the text, and a text saved elsewhere is shown beside, never replaced.
import { comparePanel, conflictWords, copyWords } from "./compare.js";
import {
  ALIVE,
  asList,
  closedNow,
  dropCopy,
  dropNamed,
  keepCopy,
  markSubmitted,
  readFields,
  sameValue,
  waitingCopies,
  writeField,
} from "./drafts.js";
import { quiet, signInAgain, trouble } from "./focus.js";
import { followSaved } from "./following.js";
import { all, build, post } from "./page.js";

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

// Why a server did not save: away, its disk full, or a fault of its own.
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

  // Sends what has changed; resolves when the server has answered or cannot be reached.
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
      // The other tab finds out when it saves.
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

  // Written no more: the server kept what was typed beside the text.
  closed(said) {
    this.say("closed", said.message, said.url ? { url: said.url, label: "打开另存的一份" } : null);
  }

  // The server holds something newer: show both, field by field.
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

  // A copy from a lost network or an ended session: offer it, newest first.
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
    // A button elsewhere on the page acts on the text: let the text arrive first.
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

export function startAutosave() {
  for (const form of all("[data-autosave]")) {
    const draft = new Draft(form);
    draft.listen();
    draft.offer();
    // A tab that crashed a moment ago looks like one that is still saving; look again when it cannot be.
    setTimeout(() => draft.panel || draft.offer(), ALIVE + 1000);
  }
}
