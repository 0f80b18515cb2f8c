// After its person has shown anew who they are, a page goes on with what it had asked for.
import { find } from "./dom.js";

let waiting;

function remember({ detail }) {
  const { xhr, requestConfig } = detail;
  if (!xhr.responseText.includes("data-confirms")) return;
  if (requestConfig.elt.id !== "confirm") waiting = requestConfig.elt;
}

function goOn() {
  const element = waiting;
  if (!element || !find("#messages > [data-confirmed]")) return;
  waiting = undefined;
  if (!element.isConnected) return;
  if (element.requestSubmit) element.requestSubmit();
  else element.click();
}

function focusOnQuestion() {
  find("#messages > [data-confirms] input:not([type=hidden])")?.focus();
}

export function watchConfirming() {
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSettle", goOn);
  document.addEventListener("htmx:afterSwap", focusOnQuestion);
}
