// Filling a box from a file that is chosen, or dropped on it.
import { find, findAll } from "./dom.js";

const MAX_BYTES = 65536;

// What keeps a file from filling a box; nothing is an empty text. `size` is in bytes.
export function problemWith(size, text) {
  if (size > MAX_BYTES) return "That file is too large: a connection takes 65,536 bytes.";
  if (!text || text.includes("\uFFFD")) return "That file holds no text.";
  return "";
}

export function endsLinesWithCrLf(text) {
  return /\r\n/.test(text) && !/[^\r]\n/.test(text);
}

async function textOf(file) {
  if (file.size > MAX_BYTES) return "";
  return file.text();
}

// A form sends the end of each line as CR LF. So it says of a box that was filled from such a file
// that this is meant.
function markLineEnds(box, text) {
  const marks = findAll("input[name=crlf]", box.form);
  marks.find((mark) => mark.value === box.name)?.remove();
  if (!endsLinesWithCrLf(text)) return;
  const mark = document.createElement("input");
  Object.assign(mark, { type: "hidden", name: "crlf", value: box.name });
  box.form.append(mark);
}

async function fillFrom(box, file) {
  const text = await textOf(file);
  const problem = problemWith(file.size, text);
  find(".from-file output", box.closest(".field")).textContent = problem;
  if (problem) return;
  box.value = text;
  markLineEnds(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

function fillFromChosen({ target }) {
  if (!target.matches("[data-fills]") || !target.files.length) return;
  fillFrom(document.getElementById(target.dataset.fills), target.files[0]);
}

// The box below a file that is dragged.
function boxBelow(event) {
  const box = event.target.closest?.("textarea");
  if (!box?.closest(".field.file")) return undefined;
  if (!event.dataTransfer.types.includes("Files")) return undefined;
  return box;
}

function drag(event) {
  const box = boxBelow(event);
  if (!box) return;
  box.classList.toggle("dropping", event.type === "dragover");
  if (event.type !== "dragleave") event.preventDefault();
  if (event.type === "drop") fillFrom(box, event.dataTransfer.files[0]);
}

export function watchFiles() {
  document.addEventListener("change", fillFromChosen);
  document.addEventListener("dragover", drag);
  document.addEventListener("dragleave", drag);
  document.addEventListener("drop", drag);
}
