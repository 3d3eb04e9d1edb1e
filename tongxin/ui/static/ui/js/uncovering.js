// A browser shows of a text field that is come to by key only the line in which one writes: here it is shown whole, above the bars.
export function startUncovering() {
  document.addEventListener("keyup", (event) => {
    if (event.key === "Tab" && event.target.matches("textarea")) event.target.scrollIntoView({ block: "nearest" });
  });
}
