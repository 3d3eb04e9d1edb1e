// Five minutes before the session ends: says so, and offers to go on.
import { openDialog } from "./dialogs.js";
import { post } from "./page.js";
import { toast } from "./toast.js";

export function startSession() {
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
