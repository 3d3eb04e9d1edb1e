// Two versions of the same fields side by side; nothing changes until one is chosen.
import { all, build } from "./page.js";

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

// Marks the middle part in which two texts differ.
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

export const conflictWords = (said) => ({
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

export function copyWords(copy) {
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

// words: title lead left right useLeft useRight allLeft allRight link
// fields: [{ name, left: [..], right: [..] }]; pick(name, side); done()
export function comparePanel(form, { words, fields, pick, done }) {
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
