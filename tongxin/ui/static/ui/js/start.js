// Everything begins here, once, when the page has been read.
import { startAutosave } from "./autosave.js";
import { startBulk } from "./bulk.js";
import { startCodes } from "./codes.js";
import { startCounters } from "./counters.js";
import { startDays } from "./days.js";
import { startDialogs } from "./dialogs.js";
import { startDrafts } from "./drafts.js";
import { startFocus } from "./focus.js";
import { startGuard } from "./guard.js";
import { startKeeping } from "./keeping.js";
import { startMenus } from "./menus.js";
import { startOpeners } from "./openers.js";
import { startPage } from "./page.js";
import { startPrint } from "./print.js";
import { startReading } from "./reading.js";
import { startSending } from "./sending.js";
import { startSession } from "./session.js";
import { startSize } from "./size.js";
import { startTables } from "./tables.js";
import { startToasts } from "./toast.js";
import { startUncovering } from "./uncovering.js";
import { startUploads } from "./uploads.js";

for (const start of [
  ...[startPage, startSize, startCounters, startToasts, startDialogs, startMenus, startFocus, startOpeners, startGuard],
  ...[startReading, startPrint, startUncovering, startUploads, startDays, startTables, startBulk, startSession, startDrafts, startAutosave, startKeeping, startCodes, startSending],
]) {
  start();
}
