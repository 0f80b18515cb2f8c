// What the keyboard does: the pages' own keys, and Enter and paste in a search. The pages work without this file.
"use strict";
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Keys. An element says its own key with aria-keyshortcuts.
  // Keys that are a letter or a sign alone can be switched off: whoever dictates, or hits a key by mistake, presses them
  // without meaning to. A cookie keeps that, since signing out clears whatever else the browser keeps of this site.

  const OFF = "single_keys=off";
  const SECONDS_KEPT = 365 * 24 * 60 * 60;
  const areOff = () => document.cookie.split("; ").includes(OFF);

  function switchKeys(on) {
    const age = on ? 0 : SECONDS_KEPT;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${OFF}; path=/; max-age=${age}; samesite=strict${secure}`;
    applySwitch();
  }

  // An element tells its key to nobody while that key does nothing.
  function applySwitch() {
    const off = areOff();
    document.documentElement.classList.toggle("single-keys-off", off);
    const [from, to] = off ? ["aria-keyshortcuts", "data-key-off"] : ["data-key-off", "aria-keyshortcuts"];
    for (const element of $$(`[${from}]:not([${from}=Escape])`)) {
      element.setAttribute(to, element.getAttribute(from));
      element.removeAttribute(from);
    }
  }

  const typing = (element) => element.matches("input:not([type=checkbox], [type=radio]), textarea, select");

  const walked = () => $$(".list a.id, #types a");

  function move(step) {
    const links = walked();
    const here = links.indexOf(document.activeElement);
    links[Math.min(links.length - 1, Math.max(0, here + step))]?.focus();
  }

  // To the next one that stands below or above, where they stand in columns; above all of them is the search.
  function moveLine(step) {
    const links = walked();
    const here = links.indexOf(document.activeElement);
    if (here < 0) { if (step > 0) links[0]?.focus(); return; }
    const left = (link) => Math.round(link.getBoundingClientRect().left);
    const ahead = step > 0 ? links.slice(here + 1) : links.slice(0, here).reverse();
    const next = ahead.find((link) => left(link) === left(links[here]));
    if (next) next.focus(); else if (step < 0) $("[data-opens-first] input")?.focus();
  }

  function press(key) {
    const element = $(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
    if (!element) return false;
    if (typing(element)) { element.focus(); element.select(); } else element.click();
    return true;
  }

  function leave() {
    const open = $("details.switcher[open]");
    if (open) { open.open = false; $("summary", open).focus(); return; }
    if (typing(document.activeElement)) { document.activeElement.blur(); return; }
    press("Escape");
  }

  // Of the keys, only those that do something on this page.
  function showKeys() {
    const off = areOff();
    for (const term of $$("#keys dt")) {
      const isDead = off && term.matches("[data-single]");
      const isNowhere = term.matches("[data-needs]") && !$(term.dataset.needs);
      term.hidden = term.nextElementSibling.hidden = isDead || isNowhere;
    }
    $("#single-keys").checked = !off;
  }

  function listKeys() {
    showKeys();
    $("#keys").showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open], .menu:popover-open")) return;
    const line = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") leave();
    else if (line && event.target.closest("#types, [data-opens-first], .filters .search")) { event.preventDefault(); moveLine(line); }
    else if (typing(event.target) || areOff()) return;
    else if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
    else if (event.key === "?") listKeys();
    else if (/^[\w/]$/.test(event.key) && press(event.key)) event.preventDefault();
  });

  // A list's filter: Enter opens the only row that fits, or goes to the first one, once the answer is there.

  let entering = false;
  document.addEventListener("submit", ({ target }) => { entering = target.matches("[data-opens-only]"); });
  document.addEventListener("input", () => { entering = false; });
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (!entering || target.id !== "rows") return;
    entering = false;
    const links = walked();
    if (links.length === 1) links[0].click(); else links[0]?.focus();
  });

  // Choosing: Enter opens the first answer, once that to the whole query is there; an earlier one may still be settling.
  // What the search's pattern refuses may have a password in it, and an address is no place for one: pasted, it goes to
  // the box that is meant for it.

  let opening = false;
  document.addEventListener("submit", ({ target }) => { opening = target.matches("[data-opens-first]"); });
  document.addEventListener("input", () => { opening = false; });
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    const isAnswer = target.id === "types" && target.dataset.query === $("#q").value.trim();
    if (opening && isAnswer) { opening = false; $(".types a", target)?.click(); }
  });

  document.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text").trim();
    if (!event.target.closest("[data-opens-first]")) return;
    if (new RegExp(`^(?:${event.target.pattern})$`, "u").test(text)) return;
    event.preventDefault();
    const box = $("#paste textarea");
    $("#paste").open = true;
    box.value = text;
    box.focus();
  });

  document.addEventListener("click", ({ target }) => { if (target.closest("[data-keys]")) listKeys(); });
  document.addEventListener("change", ({ target }) => {
    if (target.id !== "single-keys") return;
    switchKeys(target.checked);
    showKeys();
  });

  applySwitch();
  document.addEventListener("DOMContentLoaded", applySwitch);
  document.addEventListener("htmx:afterSwap", applySwitch);
  addEventListener("focus", applySwitch);
})();
