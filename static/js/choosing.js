// Choosing an environment, a row of a list, or a type of connection.
import { find, findAll } from "./dom.js";

// The form in which somebody pressed Enter, until its answer is there or they type on.
let enteredForm;

// `pattern` is that of an input.
export function fitsPattern(text, pattern) {
  return new RegExp(`^(?:${pattern})$`, "u").test(text);
}

function forgetEnter() {
  enteredForm = undefined;
}

// In a list's filter, Enter opens the only row that fits, or goes to the first one.
function openOnlyRow() {
  forgetEnter();
  const links = findAll(".list a.id");
  if (links.length === 1) links[0].click();
  else links[0]?.focus();
}

// In the search for a type, Enter opens the first answer to the whole query. An earlier answer may
// still be settling.
function openFirstType(types) {
  if (types.dataset.query !== find("#q").value.trim()) return;
  forgetEnter();
  find(".types a", types)?.click();
}

function answerEnter({ target }) {
  if (target.id === "rows" && enteredForm?.matches("[data-opens-only]")) openOnlyRow();
  if (target.id === "types" && enteredForm?.matches("[data-opens-first]")) openFirstType(target);
}

// What the search's pattern refuses may hold a password, and an address is no place for one.
// Pasted, it goes to the box that is meant for it.
function divertPaste(event) {
  if (!event.target.closest("[data-opens-first]")) return;
  const text = event.clipboardData.getData("text").trim();
  if (fitsPattern(text, event.target.pattern)) return;
  event.preventDefault();
  const box = find("#paste textarea");
  find("#paste").open = true;
  box.value = text;
  box.focus();
}

function closeSwitcher({ target }) {
  for (const switcher of findAll("details.switcher[open]")) {
    if (!switcher.contains(target)) switcher.open = false;
  }
}

// A click on a row follows its link, unless it hit something else in the row, or selected text.
function openRow({ target }) {
  const row = target.closest("button, a, summary, input, label, tr");
  if (!row?.matches(".list.opens tbody tr") || !getSelection().isCollapsed) return;
  find("a.id", row)?.click();
}

export function watchChoosing() {
  document.addEventListener("submit", ({ target }) => {
    enteredForm = target;
  });
  document.addEventListener("input", forgetEnter);
  document.addEventListener("htmx:afterSettle", answerEnter);
  document.addEventListener("paste", divertPaste);
  document.addEventListener("click", closeSwitcher);
  document.addEventListener("click", openRow);
}
