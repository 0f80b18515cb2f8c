// What scripts add to the pages, which work without any. Each module listens for its own events
// when it is started here.
import { watchAnswers } from "./answers.js";
import { watchChoosing } from "./choosing.js";
import { watchConfirming } from "./confirming.js";
import { watchCopying } from "./copying.js";
import { watchFiles } from "./filling.js";
import { watchForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { watchLeaving } from "./leaving.js";
import { watchPalette } from "./palette.js";
import { letParsersTakeText } from "./parsing.js";
import { watchPasskeys } from "./passkeys.js";
import { watchPlanning } from "./planning.js";
import { watchProgress } from "./progress.js";
import { watchRevealed } from "./revealing.js";
import { watchSelecting } from "./selecting.js";
import { watchSending } from "./sending.js";
import { watchTheme } from "./theme.js";
import { watchTimes } from "./times.js";

letParsersTakeText();
watchTheme();
watchRevealed();
watchCopying();
watchFiles();
// This hears of a form before the bar on top does: a form that is held back isn't under way.
watchSending();
watchProgress();
watchLeaving();
watchPasskeys();
watchConfirming();
watchAnswers();
watchForms();
watchKeys();
watchPalette();
watchChoosing();
watchSelecting();
watchPlanning();
watchTimes();
