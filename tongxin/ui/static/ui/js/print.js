// Printing: what is folded on the screen and belongs on paper is unfolded for the print, and folded again afterwards.
export function startPrint() {
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
