// A long list of ticks gets a field that narrows it; what is ticked always stays in sight.
for (const list of document.querySelectorAll("[data-narrow]")) {
  const box = list.querySelector(".radios");
  if (!box) continue;
  const field = document.createElement("input");
  field.type = "search";
  field.className = "input narrow";
  field.placeholder = list.dataset.narrow;
  field.setAttribute("aria-label", list.dataset.narrow);
  const narrow = () => {
    const wanted = field.value.trim();
    for (const line of box.querySelectorAll(".tick")) {
      line.hidden = Boolean(wanted) && !line.textContent.includes(wanted) && !line.querySelector("input").checked;
    }
  };
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  box.before(field);
}
