// Passkeys: the browser asks its user for one, and the form sends what it answers.
import { find } from "./dom.js";

const UNSUPPORTED = "This browser knows no passkeys.";
const NOT_GIVEN = "The browser gave no passkey. Try again.";

// The forms that hold a passkey's answer already. An answer replaces its form.
const answered = new WeakSet();

// The address of the options, with the boxes of the form that are ticked.
export function optionsUrl(form) {
  const url = new URL(form.dataset.options, location.href);
  for (const box of form.querySelectorAll("input[type=checkbox]:checked")) {
    url.searchParams.set(box.name, "on");
  }
  return url;
}

// The browser's own parsers of options, which older browsers lack.
export function parserFor(kind, known = globalThis.PublicKeyCredential) {
  const name = { get: "parseRequestOptionsFromJSON", create: "parseCreationOptionsFromJSON" }[kind];
  return known?.[name]?.bind(known);
}

async function askFor(form) {
  const kind = form.dataset.passkey;
  const parse = parserFor(kind);
  if (!parse) throw new Error(UNSUPPORTED);
  const answer = await fetch(optionsUrl(form), { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(NOT_GIVEN);
  const { publicKey } = await answer.json();
  const credential = await navigator.credentials[kind]({ publicKey: parse(publicKey) });
  return JSON.stringify(credential.toJSON());
}

function tell(form, error) {
  const place = find(".problem-line", form);
  place.textContent = error.message === UNSUPPORTED ? UNSUPPORTED : NOT_GIVEN;
  place.hidden = false;
}

// Whether this button of a form stands for the passkey: the one so named, or the only one.
function isForPasskey(form, submitter) {
  return !find("[name=confirm-passkey]", form) || submitter?.name === "confirm-passkey";
}

async function giveTo(form, submitter) {
  const input = find("[data-credential], [name=credential]", form);
  try {
    input.value = await askFor(form);
  } catch (error) {
    tell(form, error);
    return;
  }
  answered.add(form);
  form.requestSubmit(submitter);
}

function holdBack(event) {
  const { target: form, submitter } = event;
  if (!form.matches("[data-passkey]") || !isForPasskey(form, submitter)) return;
  if (answered.has(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  giveTo(form, submitter);
}

export function watchPasskeys() {
  // Before htmx, which would send the form.
  document.addEventListener("submit", holdBack, { capture: true });
}
