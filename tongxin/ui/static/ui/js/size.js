// 关怀版: switches at once and posts the choice; without scripts the same button posts and comes back.
import { all, post, root } from "./page.js";

export function startSize() {
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
