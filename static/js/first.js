// This runs before the page is drawn, so that nothing flashes: neither another theme than the
// chosen one, nor what is for pages without scripts, nor the keys of somebody who switched them
// off. `main.js` does all the rest, once the page is there.
"use strict";
{
  const root = document.documentElement;
  root.classList.add("js");
  root.classList.toggle("single-keys-off", document.cookie.split("; ").includes("single_keys=off"));
  root.dataset.theme = "system";
  try {
    root.dataset.theme = localStorage.getItem("theme") || "system";
  } catch {
    // A browser that keeps nothing follows the system.
  }
}
