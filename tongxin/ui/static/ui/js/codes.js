// A code behind the # of an address fills its field and leaves the address; a long key is copied by a button.
import { all } from "./page.js";
import { toast } from "./toast.js";

const CODE = /^#([0-9a-z-]{8,40})$/i;

export function startCodes() {
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
