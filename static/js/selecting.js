// Selecting rows of a list: with Shift a range, with x the row that has the focus, with Escape none.
import { find, findAll } from "./dom.js";
import { areOff } from "./keys.js";

const BOXES = "[data-selects]";

// The box that was ticked last, from which Shift selects a range.
let lastBox;
// What is selected while a new list takes the place of the old one.
let kept = [];

export function stateOf(checked, count) {
  if (checked === 0) return "none";
  return checked === count ? "all" : "some";
}

export function textFor(number, matching) {
  if (matching) return matching;
  if (number === 0) return "Nothing selected";
  return `${number} selected`;
}

// The places from one to another, in order, whichever comes first.
export function between(one, other) {
  const first = Math.min(one, other);
  return Array.from({ length: Math.abs(one - other) + 1 }, (_, step) => first + step);
}

function selected() {
  return findAll(BOXES).filter((box) => box.checked);
}

// A bar appears with the first row, so that the list moves down once and not at each tick.
function tell() {
  const bar = find("[data-selecting]");
  if (!bar) return;
  const boxes = findAll(BOXES);
  const number = selected().length;
  const matching = find("[data-selects-matching]", bar);
  const allText = matching.checked ? matching.closest("label").textContent.trim() : "";
  find("[data-selected]", bar).textContent = textFor(number, allText);
  bar.classList.toggle("active", number > 0 || matching.checked);
  const all = find("[data-selects-all]");
  const state = stateOf(number, boxes.length);
  all.checked = state === "all";
  all.indeterminate = state === "some";
}

function selectRange(box) {
  const boxes = findAll(BOXES);
  const from = boxes.indexOf(lastBox);
  if (from < 0) return;
  for (const place of between(from, boxes.indexOf(box))) boxes[place].checked = box.checked;
}

function tick(event) {
  const { target } = event;
  if (target.matches(BOXES)) {
    if (event.shiftKey) selectRange(target);
    lastBox = target;
  } else if (target.matches("[data-selects-all]")) {
    for (const box of findAll(BOXES)) box.checked = target.checked;
  } else if (!target.matches("[data-selects-matching]")) {
    return;
  }
  tell();
}

function clear() {
  for (const box of findAll(`${BOXES}, [data-selects-matching]`)) box.checked = false;
  lastBox = undefined;
  tell();
}

function obey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
  if (event.key === "Escape" && find("[data-selecting].active")) {
    clear();
    event.stopPropagation();
  } else if (event.key === "x" && !areOff(document.cookie)) {
    const row = document.activeElement.closest(".list.selects tbody tr");
    if (row) find(BOXES, row).click();
  }
}

function keep({ target }) {
  if (target.querySelector?.(BOXES)) kept = selected().map((box) => box.value);
}

function bringBack() {
  if (!kept.length) return;
  for (const box of findAll(BOXES)) box.checked = kept.includes(box.value);
  kept = [];
  tell();
}

export function watchSelecting() {
  document.addEventListener("click", tick);
  // Before the keys of the page, where Escape leaves it.
  document.addEventListener("keydown", obey, { capture: true });
  document.addEventListener("htmx:beforeSwap", keep);
  document.addEventListener("htmx:afterSettle", bringBack);
  tell();
}
