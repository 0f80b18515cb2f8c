// Copying. The clipboard wants to be asked during the click, so it is handed a promise of the text.
import { find } from "./dom.js";
import { showMessage } from "./messages.js";
import { parse } from "./parsing.js";

const MILLISECONDS_SAID = 1500;

async function asBlob(text) {
  return new Blob([await text], { type: "text/plain" });
}

// `text` may be a promise.
async function copy(text, button) {
  const label = find("[data-label]", button) || button;
  const title = label.textContent;
  const blob = asBlob(text);
  // A browser that refuses at once never reads the promise, so its failure is caught here. A
  // message has told of it already.
  blob.catch(() => {});
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Not copied";
  }
  setTimeout(() => {
    label.textContent = title;
  }, MILLISECONDS_SAID);
}

async function fetchRevealed(form) {
  const body = new FormData(form);
  body.set("purpose", "copy");
  const headers = { "HX-Request": "true" };
  const answer = await fetch(form.action, { method: "POST", body, headers });
  const page = parse(await answer.text());
  const output = answer.ok && find("output.revealed", page);
  if (!output) {
    showMessage(page);
    throw new Error("not revealed");
  }
  find("#messages > #message")?.remove();
  return output.textContent;
}

// The text beside the button, or a promise of it where it is still hidden.
function textBeside(button) {
  const place = button.closest("[data-copied]") || button.closest(".item, .panel");
  const output = find(".value, pre", place);
  const form = find("form[data-show]", place);
  if (form && !output?.matches(".revealed")) return fetchRevealed(form);
  return output.textContent;
}

export function watchCopying() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    copy(textBeside(button), button);
  });
}
