// 隐去选中的文字: puts the selected words into the field below, a line each. Without scripts they are typed there.
for (const box of document.querySelectorAll("[data-cover-selected]")) {
  const field = document.getElementById(box.dataset.coverSelected);
  const say = box.querySelector("[role=status]");
  box.hidden = false;

  box.querySelector("button").addEventListener("click", () => {
    const selection = document.getSelection();
    const inside = selection.anchorNode && selection.anchorNode.parentElement.closest("[data-covering]");
    const words = selection.toString().split("\n").map((line) => line.trim()).filter(Boolean);
    if (!inside || !words.length) {
      say.textContent = "请先在上面的正文里选中要隐去的文字。";
      return;
    }
    const lines = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
    for (const word of words) if (!lines.includes(word)) lines.push(word);
    field.value = lines.join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    say.textContent = `已写入“${words.join("”“")}”，预览时隐去。`;
  });
}
