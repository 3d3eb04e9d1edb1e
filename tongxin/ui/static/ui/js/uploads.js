// Lists the files that were chosen, with their sizes, and says at once when one is too large.
import { build } from "./page.js";

function sizeInWords(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

export function startUploads() {
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    const list = document.querySelector(`[data-file-list="${input.id}"]`);
    if (!list) return;
    const most = Number(input.dataset.maxMb || 0) * 1048576;
    const rows = Array.from(input.files).map((file) => {
      const large = most && file.size > most;
      const kind = (file.name.split(".").pop() || "").slice(0, 4).toUpperCase();
      const words = large ? `${sizeInWords(file.size)}　超过 ${input.dataset.maxMb} MB，不能上传` : sizeInWords(file.size);
      return build(
        "li",
        {},
        build("span", { class: "ft", "aria-hidden": "true" }, kind),
        build("div", { class: "grow" }, build("p", {}, file.name), build("p", { class: large ? "error" : "xs muted" }, words)),
      );
    });
    list.replaceChildren(...rows);
    const bad = Array.from(input.files).some((file) => most && file.size > most);
    input.setCustomValidity(bad ? `每个文件不超过 ${input.dataset.maxMb} MB。` : "");
  });
}
