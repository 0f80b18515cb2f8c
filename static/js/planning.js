// The box on top of a plan ticks or clears all boxes of the rows that its filter shows.
import { find, findAll } from "./dom.js";

const ALL = "[data-ticks-all]";
const BOXES = "[name=chosen]";

function shownBoxes(plan) {
  return findAll(BOXES, plan).filter((box) => box.closest("tr").checkVisibility());
}

function tell(form) {
  const all = find(ALL, form);
  if (!all) return;
  const boxes = shownBoxes(form);
  const checked = boxes.filter((box) => box.checked).length;
  all.disabled = boxes.length === 0;
  all.checked = checked > 0 && checked === boxes.length;
  all.indeterminate = checked > 0 && checked < boxes.length;
}

function follow({ target }) {
  if (!target.matches(`${ALL}, ${BOXES}, [name=look]`)) return;
  if (target.matches(ALL)) {
    for (const box of shownBoxes(target.form)) box.checked = target.checked;
  }
  tell(target.form);
}

export function watchPlanning() {
  document.addEventListener("change", follow);
  for (const all of findAll(ALL)) tell(all.form);
}
