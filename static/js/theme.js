// The theme. `first.js` has applied the chosen one before the page was drawn; the page's root holds
// it from then on.
import { findAll } from "./dom.js";

const root = document.documentElement;

function markButtons() {
  for (const button of findAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === root.dataset.theme));
  }
}

function chooseTheme(theme) {
  root.dataset.theme = theme;
  markButtons();
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // The choice then holds for this page.
  }
}

export function watchTheme() {
  markButtons();
  document.addEventListener("htmx:oobAfterSwap", markButtons);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=theme]");
    if (button) chooseTheme(button.value);
  });
}
