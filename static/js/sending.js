// Sending a form replaces the page. So a form first asks the server whether its user is still
// signed in. If not, the page stays, and keeps what was typed.
import { find } from "./dom.js";
import { renewTokens, showMessage } from "./messages.js";
import { parse } from "./parsing.js";
import { beginWaiting, endWaiting } from "./progress.js";

const MILLISECONDS_TO_ANSWER = 15000;

let actingUser;
let sentForm;
let isAsking = false;

export function isSent(form) {
  return form === sentForm;
}

// Returns whether the user of this page is still the one who is signed in. If so, there is nothing
// to see.
async function askWhoIsSignedIn() {
  const headers = { "HX-Request": "true" };
  const signal = AbortSignal.timeout(MILLISECONDS_TO_ANSWER);
  const answer = await fetch(document.body.dataset.loginState, { headers, signal });
  const page = parse(await answer.text());
  renewTokens(page);
  if (!answer.ok) {
    showMessage(page);
    return false;
  }
  const { user } = find("#message", page).dataset;
  const isSameUser = user === actingUser;
  actingUser = user;
  if (!isSameUser || find("#message[data-state]")) showMessage(page);
  return isSameUser;
}

async function mayBeSent() {
  isAsking = true;
  beginWaiting();
  try {
    return await askWhoIsSignedIn();
  } catch {
    showMessage(null, "#not-sent");
    return false;
  } finally {
    endWaiting();
    isAsking = false;
  }
}

async function send(form, submitter) {
  if (!await mayBeSent()) return;
  sentForm = form;
  form.requestSubmit(submitter);
}

function holdBack(event) {
  const { target: form, submitter } = event;
  if (isSent(form) || !form.matches("[data-touched]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!isAsking) send(form, submitter);
}

function forgetSent() {
  sentForm = undefined;
}

// Somebody may have signed in in another tab.
function lookAgain() {
  if (!find("[data-state='401']")) return;
  askWhoIsSignedIn().catch(() => {
    // The message that they are signed out stays.
  });
}

export function watchSending() {
  actingUser = document.body.dataset.user;
  document.addEventListener("submit", holdBack);
  document.addEventListener("input", ({ target }) => {
    if (target.form) forgetSent();
  });
  addEventListener("pageshow", forgetSent);
  addEventListener("focus", lookAgain);
}
