// Keys. An element says its own key with aria-keyshortcuts.
//
// Keys that are a letter or a sign alone can be switched off: whoever dictates, or hits a key by
// mistake, presses them without meaning to. A cookie keeps that, since signing out clears all else
// that the browser keeps of this site.
import { find, findAll } from "./dom.js";

// `first.js` reads it too.
const OFF = "single_keys=off";
const SECONDS_KEPT = 365 * 24 * 60 * 60;

const ROWS = ".list a.id, #types a";
const WALKED_BY_ARROWS = "#types, [data-opens-first], .filters .search";
const ROW_STEPS = new Map([["j", 1], ["k", -1]]);
const LINE_STEPS = new Map([["ArrowDown", 1], ["ArrowUp", -1]]);

export function areOff(cookies) {
  return cookies.split("; ").includes(OFF);
}

export function cookieFor({ isOn, isSecure }) {
  let age = SECONDS_KEPT;
  if (isOn) age = 0;
  let cookie = `${OFF}; path=/; max-age=${age}; samesite=strict`;
  if (isSecure) cookie += "; secure";
  return cookie;
}

function switchKeys(isOn) {
  document.cookie = cookieFor({ isOn, isSecure: location.protocol === "https:" });
  applySwitch();
}

// While single keys are off, no element announces one.
function applySwitch() {
  const isOff = areOff(document.cookie);
  document.documentElement.classList.toggle("single-keys-off", isOff);
  if (isOff) rename("aria-keyshortcuts", "data-key-off");
  else rename("data-key-off", "aria-keyshortcuts");
}

function rename(attribute, newName) {
  for (const element of findAll(`[${attribute}]`)) {
    if (element.getAttribute(attribute).length > 1) continue;
    element.setAttribute(newName, element.getAttribute(attribute));
    element.removeAttribute(attribute);
  }
}

function isTypedIn(element) {
  return element.matches("input:not([type=checkbox], [type=radio]), textarea, select");
}

// The place that is `step` places further; -1 stands for no place, before and after.
export function placeAfter(place, step, count) {
  return Math.min(count - 1, Math.max(0, place + step));
}

// The next place below or above in the same column, or -1. `lefts` says where each place begins on
// its line.
export function placeInColumn(place, step, lefts) {
  for (let next = place + step; next >= 0 && next < lefts.length; next += step) {
    if (lefts[next] === lefts[place]) return next;
  }
  return -1;
}

function moveByRow(step) {
  const links = findAll(ROWS);
  const place = links.indexOf(document.activeElement);
  links[placeAfter(place, step, links.length)]?.focus();
}

function leftOf(element) {
  return Math.round(element.getBoundingClientRect().left);
}

// From the first row, up leads to the search above.
function moveByLine(step) {
  const links = findAll(ROWS);
  const place = links.indexOf(document.activeElement);
  if (place < 0) {
    if (step > 0) links[0]?.focus();
    return;
  }
  const next = placeInColumn(place, step, links.map(leftOf));
  if (next >= 0) links[next].focus();
  else if (step < 0) find("[data-opens-first] input")?.focus();
}

// Goes to the element that has this key, or clicks it. Returns whether there is one.
function press(key) {
  const element = find(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (!element) return false;
  if (isTypedIn(element)) {
    element.focus();
    element.select();
  } else {
    element.click();
  }
  return true;
}

// Escape closes the switcher, then leaves a field, then the page.
function leave() {
  const switcher = find("details.switcher[open]");
  if (switcher) {
    switcher.open = false;
    find("summary", switcher).focus();
  } else if (isTypedIn(document.activeElement)) {
    document.activeElement.blur();
  } else {
    press("Escape");
  }
}

// The dialog lists only the keys that do something on this page.
function showKeys() {
  const isOff = areOff(document.cookie);
  for (const term of findAll("#keys dt")) {
    const isDead = isOff && term.matches("[data-single]");
    const isNowhere = term.matches("[data-needs]") && !find(term.dataset.needs);
    const isHidden = isDead || isNowhere;
    term.hidden = isHidden;
    term.nextElementSibling.hidden = isHidden;
  }
  find("#single-keys").checked = !isOff;
}

function listKeys() {
  showKeys();
  find("#keys").showModal();
}

function obey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (find("dialog[open], .menu:popover-open")) return;
  const { key, target } = event;
  if (key === "Escape") {
    leave();
  } else if (LINE_STEPS.has(key) && target.closest(WALKED_BY_ARROWS)) {
    event.preventDefault();
    moveByLine(LINE_STEPS.get(key));
  } else if (!isTypedIn(target) && !areOff(document.cookie)) {
    obeySingle(event);
  }
}

function obeySingle(event) {
  const { key } = event;
  if (ROW_STEPS.has(key)) moveByRow(ROW_STEPS.get(key));
  else if (key === "?") listKeys();
  else if (/^[\w/]$/.test(key) && press(key)) event.preventDefault();
}

export function watchKeys() {
  applySwitch();
  document.addEventListener("htmx:afterSwap", applySwitch);
  // Another tab may have switched them.
  addEventListener("focus", applySwitch);
  document.addEventListener("keydown", obey);
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-keys]")) listKeys();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.id !== "single-keys") return;
    switchKeys(target.checked);
    showKeys();
  });
}
