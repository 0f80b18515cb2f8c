// The palette: a dialog that finds secrets, acts and pages. Its results are links.
//
// The focus stays in its field, and the field says which result is active.
import { find, findAll } from "./dom.js";

const STEPS = new Map([["ArrowDown", 1], ["ArrowUp", -1]]);

// What the results on show answer, and whether Enter waits for those of what is typed now.
let answeredQuery;
let isEntered = false;

export function opensPalette({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  return ctrlKey !== metaKey && !altKey && !shiftKey && key.toLowerCase() === "k";
}

export function nameOfKeys(platform) {
  if (/^(mac|iphone|ipad)/i.test(platform)) return "⌘ K";
  return "Ctrl K";
}

// The result that a key leads to: after the last one comes the first. Undefined for other keys.
export function resultAfter(place, key, count) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (!STEPS.has(key)) return undefined;
  return (place + STEPS.get(key) + count) % count;
}

function palette() {
  return find("#palette");
}

function field() {
  return find("#palette-q");
}

function options() {
  return findAll("#palette [role=option]");
}

function activate(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  field().setAttribute("aria-expanded", String(Boolean(option)));
  if (!option) {
    field().removeAttribute("aria-activedescendant");
    return;
  }
  field().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function activeOption() {
  return find("#palette [role=option][aria-selected=true]");
}

function open() {
  if (palette().open) {
    field().select();
    return;
  }
  find(".menu:popover-open")?.hidePopover();
  palette().showModal();
  field().select();
  find("form", palette()).requestSubmit();
}

function close() {
  isEntered = false;
  if (palette().open) palette().close();
}

// With Ctrl or ⌘ the browser opens it in another tab.
function choose(option, event) {
  option.dispatchEvent(new MouseEvent("click", {
    bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey,
  }));
}

function enter(event) {
  event.preventDefault();
  if (answeredQuery !== field().value) {
    isEntered = true;
  } else if (activeOption()) {
    choose(activeOption(), event);
  }
}

function obey(event) {
  if (opensPalette(event) && palette() && !find("dialog[open]:not(#palette)")) {
    event.preventDefault();
    open();
  }
}

function walk(event) {
  if (event.isComposing) return;
  if (event.key === "Enter") {
    enter(event);
    return;
  }
  const links = options();
  const next = resultAfter(links.indexOf(activeOption()), event.key, links.length);
  if (next === undefined || !links.length || event.shiftKey) return;
  event.preventDefault();
  activate(links[next]);
}

function showAnswer({ target, detail }) {
  if (target.id !== "palette-found") return;
  answeredQuery = detail.requestConfig.parameters.q ?? "";
  options().forEach((option, number) => {
    option.id = `palette-option-${number}`;
  });
  activate(options()[0]);
  if (isEntered && answeredQuery === field().value) {
    isEntered = false;
    activeOption()?.click();
  }
}

// An error's message stands on the page below.
function makeWay({ detail }) {
  if (detail.elt.closest?.("#palette")) close();
}

export function watchPalette() {
  if (!palette()) return;
  for (const name of findAll("[data-palette-keys]")) {
    name.textContent = nameOfKeys(navigator.platform);
  }
  document.addEventListener("keydown", obey);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette]");
    if (!opener || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  field().addEventListener("keydown", walk);
  field().addEventListener("input", () => {
    isEntered = false;
  });
  palette().addEventListener("click", ({ target }) => {
    // Beside the dialog's own content there is only what lies behind it.
    if (target === palette()) close();
  });
  // A page that the browser keeps for the way back keeps no names.
  addEventListener("pagehide", () => {
    close();
    find("#palette-found").replaceChildren();
    answeredQuery = undefined;
  });
  document.addEventListener("htmx:afterSettle", showAnswer);
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, makeWay);
  }
}
