// Leaving a page. What was typed and not sent would be lost, so the browser asks first.
//
// Going back makes the page anew, since none is stored. What was typed comes back with its place in
// the browser's history, for the same person: from plain fields alone, and no text with an address
// or a key in it, which may hold a password. An answer to a form isn't made anew: the browser sends
// the form again for it, with all that it held.
import { find } from "./dom.js";
import { showNotice } from "./messages.js";
import { isSent } from "./sending.js";

const PLAIN = "select, input:is([type=text], [type=number], [type=checkbox])";

export function holdsAddressOrKey(text) {
  return /[@?=]|\/\//.test(text);
}

export function valueOf(field) {
  if (field.type === "checkbox") return field.checked;
  return field.value;
}

// What the field held when the form was opened: an input beside it says so, or its HTML.
export function initialValueOf(field) {
  const initial = field.form.elements[`initial-${field.name}`];
  if (initial) return initial.value;
  if (field.type === "checkbox") return field.defaultChecked;
  if (!field.options) return field.defaultValue;
  const options = [...field.options];
  const initialOption = options.find((option) => option.defaultSelected) ?? options[0];
  return initialOption?.value;
}

// The id and the value of each field that may be kept and was changed.
export function typedInto(form) {
  const typed = [];
  for (const field of form.elements) {
    if (!field.id || !field.matches(PLAIN) || holdsAddressOrKey(field.value)) continue;
    const value = valueOf(field);
    if (value !== initialValueOf(field)) typed.push([field.id, value]);
  }
  return typed;
}

function versionIn(form) {
  return form.elements.version?.value ?? "";
}

function keepTyped(form) {
  if (document.body.matches("[data-posted]") || form.id !== "form") return;
  const { user } = document.body.dataset;
  const typed = { fields: typedInto(form), user, version: versionIn(form), wasSent: isSent(form) };
  history.replaceState({ ...history.state, typed }, "");
}

function askBeforeLeaving(event) {
  const form = find("form[data-touched]");
  if (!form) return;
  keepTyped(form);
  if (!isSent(form)) event.preventDefault();
}

function takeTyped() {
  const { typed, ...state } = history.state ?? {};
  if (!typed) return undefined;
  history.replaceState(state, "");
  const [navigation] = performance.getEntriesByType("navigation");
  if (navigation?.type !== "back_forward") return undefined;
  if (typed.user !== document.body.dataset.user) return undefined;
  return typed;
}

function fill(field, value) {
  if (field.type === "checkbox") field.checked = value;
  else field.value = value;
}

function bringBack() {
  const form = find("#form");
  const typed = form && takeTyped();
  if (!typed) return;
  if (typed.version !== versionIn(form)) {
    if (!typed.wasSent) showNotice("#not-brought-back");
    return;
  }
  const filled = [];
  for (const [id, value] of typed.fields) {
    const field = document.getElementById(id);
    if (!field) continue;
    fill(field, value);
    filled.push(field);
  }
  if (!filled.length) return;
  filled[0].dispatchEvent(new Event("input", { bubbles: true }));
  showNotice("#brought-back");
}

// A page that the browser had kept is empty of secrets: one that shows any, or a list, is loaded
// anew.
function comeBack(event) {
  if (!event.persisted) return;
  if (find("#opened, #rows, form[data-kept]")) location.reload();
  else if (find("#form[data-touched]")) showNotice("#brought-back");
}

// A form that only asks for something loses nothing, and which rows are selected is nothing that
// somebody wrote.
function touch({ target: { form } }) {
  if (form?.method !== "post" || form.matches("[data-asks-only], [data-selecting]")) return;
  if (!document.body.matches(".bare")) form.dataset.touched = "";
}

export function watchLeaving() {
  document.addEventListener("input", touch);
  addEventListener("beforeunload", askBeforeLeaving);
  addEventListener("pageshow", comeBack);
  addEventListener("load", bringBack);
  // The form of an edit comes after its page.
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id === "fields") bringBack();
  });
}
