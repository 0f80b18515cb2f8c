// Revealed values. Each goes away after 30 seconds, on Hide, and when the page is left.
import { find, findAll } from "./dom.js";

const SECONDS_SHOWN = 30;
const SECRETS = [
  "input[type=password]",
  "form[method=post] textarea",
  "form[data-kept] input:not([name=csrfmiddlewaretoken])",
].join();

// The timer of each value that is shown.
const timers = new Map();

// Of two times in milliseconds.
export function secondsBetween(now, end) {
  return Math.ceil((end - now) / 1000);
}

function stopTimer(output) {
  clearInterval(timers.get(output));
  timers.delete(output);
}

function hide(output) {
  stopTimer(output);
  const item = output.closest(".item");
  const { activeElement } = document;
  const isAtHide = activeElement?.matches("[data-hide]") && item.contains(activeElement);
  output.textContent = "hidden";
  output.classList.replace("revealed", "masked");
  for (const button of findAll("[data-hide]", item)) button.hidden = true;
  for (const form of findAll("[data-show]", item)) form.hidden = false;
  if (isAtHide) find("[data-show] button", item)?.focus();
}

function startTimer(output) {
  const end = Date.now() + SECONDS_SHOWN * 1000;
  const item = output.closest(".item");
  const countdown = find("[data-left]", item);
  function tick() {
    const seconds = secondsBetween(Date.now(), end);
    if (seconds <= 0) hide(output);
    else if (countdown) countdown.textContent = `${seconds} s`;
  }
  timers.set(output, setInterval(tick, 1000));
  tick();
  // The button that showed the value went with the answer, and the focus with the button.
  if (document.activeElement === document.body) find("[data-hide]", item)?.focus();
}

function timeRevealed() {
  for (const output of timers.keys()) {
    if (!output.isConnected) stopTimer(output);
  }
  for (const output of findAll("output.revealed")) {
    if (!timers.has(output)) startTimer(output);
  }
}

function forgetPage() {
  for (const output of [...timers.keys()]) hide(output);
  for (const value of findAll("#opened .value, #revealed .value")) value.textContent = "";
  for (const input of findAll(SECRETS)) input.value = "";
}

function hideByButton(event) {
  const button = event.target.closest("[data-hide]");
  if (!button) return;
  event.preventDefault();
  hide(find("output", button.closest(".item")));
}

export function watchRevealed() {
  timeRevealed();
  document.addEventListener("htmx:afterSwap", timeRevealed);
  document.addEventListener("click", hideByButton);
  addEventListener("pagehide", forgetPage);
}
