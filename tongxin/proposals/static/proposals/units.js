// 建议承办单位: finds units by any part of the name and adds them to the line above. Without scripts the line is typed.
const MOST = 12;

for (const box of document.querySelectorAll("[data-units]")) {
  const line = document.getElementById(box.dataset.units);
  const find = box.querySelector("input");
  const say = box.querySelector("[data-unit-status]");
  const rows = Array.from(box.querySelectorAll("li"));
  box.hidden = false;

  find.addEventListener("input", () => {
    const wanted = find.value.trim();
    let shown = 0;
    let found = 0;
    for (const row of rows) {
      const fits = wanted !== "" && row.firstElementChild.dataset.unit.includes(wanted);
      found += fits;
      row.hidden = !fits || shown >= MOST;
      shown += fits && shown < MOST;
    }
    if (wanted === "") say.textContent = "";
    else if (!found) say.textContent = "名单里没有这个单位，可以直接在上面填写。";
    else say.textContent = found > shown ? `找到 ${found} 个，列出前 ${shown} 个。` : `找到 ${found} 个。`;
  });

  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-unit]");
    if (!button) return;
    const named = line.value.split(/[；;、]/).map((one) => one.trim()).filter(Boolean);
    if (!named.includes(button.dataset.unit)) named.push(button.dataset.unit);
    line.value = named.join("、");
    line.dispatchEvent(new Event("input", { bubbles: true }));
    find.value = "";
    for (const row of rows) row.hidden = true;
    say.textContent = `已添加${button.dataset.unit}。`;
    find.focus();
  });

  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
