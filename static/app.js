// The pages work without this file. It adds: the theme, copying, what keeps typed input, and that a revealed
// value goes away again.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Text becomes elements in a document of its own alone, where nothing of it runs. No script may write it into the page.

  const PARSERS = ["DOMParser parseFromString", "Document parseHTMLUnsafe"];
  globalThis.trustedTypes?.createPolicy("default", {
    createHTML: (text, _type, sink) => PARSERS.includes(sink) ? text : null,
  });

  // Theme. This script runs before the body is drawn, so that a chosen theme never flashes.

  function storedTheme() {
    try { return localStorage.getItem("theme") || "system"; } catch { return "system"; }
  }

  function applyTheme(theme) {
    root.dataset.theme = theme;
    for (const button of $$("button[name=theme]")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
    }
  }

  function chooseTheme(theme) {
    try { localStorage.setItem("theme", theme); } catch { /* The choice then holds for this page. */ }
    applyTheme(theme);
  }

  applyTheme(storedTheme());

  // Revealed values: each goes away after 30 seconds, on Hide, and when the page is left.

  const SECONDS_SHOWN = 30;
  const shown = new Map();

  function hide(output) {
    clearInterval(shown.get(output));
    shown.delete(output);
    const item = output.closest(".item");
    const isAtHide = document.activeElement?.matches("[data-hide]") && item.contains(document.activeElement);
    output.textContent = "hidden";
    output.classList.replace("revealed", "masked");
    for (const button of $$("[data-hide]", item)) button.hidden = true;
    for (const form of $$("[data-show]", item)) form.hidden = false;
    if (isAtHide) $("[data-show] button", item)?.focus();
  }

  function startHiding(output) {
    const until = Date.now() + SECONDS_SHOWN * 1000;
    const item = output.closest(".item");
    const left = $("[data-left]", item);
    const tick = () => {
      const seconds = Math.ceil((until - Date.now()) / 1000);
      if (seconds <= 0) hide(output);
      else if (left) left.textContent = `${seconds} s`;
    };
    shown.set(output, setInterval(tick, 1000));
    tick();
    // The button that showed it went with the answer, and the focus with the button.
    if (document.activeElement === document.body) $("[data-hide]", item)?.focus();
  }

  function watchRevealed() {
    for (const output of shown.keys()) {
      if (!output.isConnected) { clearInterval(shown.get(output)); shown.delete(output); }
    }
    for (const output of $$("output.revealed")) if (!shown.has(output)) startHiding(output);
  }

  function forgetPage() {
    for (const output of [...shown.keys()]) hide(output);
    for (const value of $$("#opened .value, #revealed .value")) value.textContent = "";
    const secrets = "input[type=password], form[method=post] textarea, form[data-kept] input:not([name=csrfmiddlewaretoken])";
    for (const input of $$(secrets)) input.value = "";
  }

  addEventListener("pagehide", forgetPage);
  addEventListener("pageshow", (event) => {
    busy(0);
    sent = undefined;
    if (!event.persisted) return;
    if ($("#opened, #rows, form[data-kept]")) location.reload();
    else if ($("#form[data-touched]")) showNotice("#brought-back");
  });

  // Copying. The clipboard wants to be asked during the click, so it is handed a promise of the text.

  function copy(button, text) {
    const blob = Promise.resolve(text).then((plain) => new Blob([plain], { type: "text/plain" }));
    const label = $("[data-label]", button) || button;
    const before = label.textContent;
    const say = (word) => {
      label.textContent = word;
      setTimeout(() => { label.textContent = before; }, 1500);
    };
    // A browser that refuses at once never looks at the text, whose own failure has been told then.
    blob.catch(() => {});
    navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]).then(() => say("Copied"), () => say("Not copied"));
  }

  async function fetchRevealed(form) {
    const body = new FormData(form);
    body.set("purpose", "copy");
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    const page = parsed(await answer.text());
    const output = answer.ok && $("output.revealed", page);
    if (!output) { showMessage(page); throw new Error("not revealed"); }
    $("#messages > #message")?.remove();
    return output.textContent;
  }

  function copyFrom(button) {
    const place = button.closest("[data-copied]") || button.closest(".item, .panel");
    const output = $(".value, pre", place);
    const form = $("form[data-show]", place);
    copy(button, form && !output?.matches(".revealed") ? fetchRevealed(form) : output.textContent);
  }

  // Files. A form sends every line's end as CR LF, so it says of a box that was filled from such a file that this is meant.

  const MAX_BYTES = 65536;

  async function fillFrom(box, file) {
    const text = file.size > MAX_BYTES ? "" : await file.text();
    const note = $(".from-file output", box.closest(".field"));
    note.textContent = "";
    if (!text || text.includes("\uFFFD")) {
      note.textContent = file.size > MAX_BYTES ? "That file is too large: a connection takes 65,536 bytes." : "That file holds no text.";
      return;
    }
    box.value = text;
    $$("input[name=crlf]", box.form).find((mark) => mark.value === box.name)?.remove();
    if (/\r\n/.test(text) && !/[^\r]\n/.test(text)) {
      box.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "crlf", value: box.name }));
    }
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-fills]") && target.files.length) fillFrom(document.getElementById(target.dataset.fills), target.files[0]);
  });

  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const box = event.target.closest?.("textarea");
      if (!box?.closest(".field.file") || !event.dataTransfer.types.includes("Files")) return;
      box.classList.toggle("dropping", kind === "dragover");
      if (kind !== "dragleave") event.preventDefault();
      if (kind === "drop") fillFrom(box, event.dataTransfer.files[0]);
    });
  }

  // Messages

  const showNotice = (template) => $("#messages").replaceChildren($(template).content.cloneNode(true));

  function showMessage(page, otherwise = "#unreachable") {
    const found = page && $("#message", page);
    $("#main #message")?.remove();
    $("#messages").replaceChildren(found ? document.importNode(found, true) : $(otherwise).content.cloneNode(true));
    takeState();
  }

  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");

  // Signing in. Whoever is signed out stays on the page, which keeps what they typed until they are signed in again.

  let actsAs;

  function renewTokens(page) {
    const token = $("#message[data-state] input[name=csrfmiddlewaretoken]", page)?.value;
    if (token) for (const input of $$("input[name=csrfmiddlewaretoken]")) input.value = token;
  }

  // A message that tells who is signed in brings the token of their session for the forms of this page.
  function takeState() {
    const state = $("#messages > [data-state]");
    if (!state) return;
    renewTokens(document);
    const before = $("[data-before]", state);
    const { user } = document.body.dataset;
    if (!before || !user || user === state.dataset.user) return;
    $("strong", before).textContent = user;
    before.hidden = false;
  }

  // Whether whoever acted on this page up to now still does. Where nothing is amiss, there is nothing to see.
  async function askState() {
    const options = { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15000) };
    const answer = await fetch(document.body.dataset.loginState, options);
    const page = parsed(await answer.text());
    const user = answer.ok ? $("#message", page).dataset.user : actsAs;
    const isAnother = user !== actsAs;
    actsAs = user;
    renewTokens(page);
    if (!answer.ok || isAnother || $("#message[data-state]")) showMessage(page);
    return answer.ok && !isAnother;
  }

  addEventListener("focus", () => { if ($("[data-state='401']")) askState().catch(() => {}); });

  // Sending. A form takes the page with it, so it is asked first whether there is somebody who takes the form.

  let sent;
  let asking = false;

  async function ask(form, submitter) {
    asking = true;
    busy(running + 1);
    const may = await askState().catch(() => showMessage(null, "#not-sent"));
    busy(running - 1);
    asking = false;
    if (!may) return;
    sent = form;
    form.requestSubmit(submitter);
  }

  document.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form === sent || !form.matches("[data-touched]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!asking) ask(form, submitter);
  });

  // Leaving. What was typed and not sent would go with the page, so the browser asks first.

  addEventListener("beforeunload", (event) => {
    const form = $("form[data-touched]");
    if (!form) return;
    keepTyped(form);
    if (form !== sent) event.preventDefault();
  });

  // Going back. No page is stored anywhere, so it is made anew then. What was typed goes along with its place in the
  // browser's history, for the same person: from plain fields alone, and no text with an address or a key in it, which may
  // have a password in it. An answer to a form isn't made anew but asked for by sending the form again, all of it.

  const PLAIN = "select, input:is([type=text], [type=number], [type=checkbox])";

  const held = (field) => (field.type === "checkbox" ? field.checked : field.value);
  const versionIn = (form) => form.elements.version?.value ?? "";

  function heldBefore(field) {
    const initial = field.form.elements[`initial-${field.name}`];
    if (initial) return initial.value;
    if (field.type === "checkbox") return field.defaultChecked;
    if (field.options) return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
    return field.defaultValue;
  }

  function keepTyped(form) {
    if (document.body.matches("[data-posted]") || form.id !== "form") return;
    const mayBeKept = (field) => field.id && field.matches(PLAIN) && !/[@?=]|\/\//.test(field.value);
    const changed = [...form.elements].filter((field) => mayBeKept(field) && held(field) !== heldBefore(field));
    const fields = changed.map((field) => [field.id, held(field)]);
    const typed = { fields, user: document.body.dataset.user, version: versionIn(form), wasSent: form === sent };
    history.replaceState({ ...history.state, typed }, "");
  }

  function takeTyped() {
    const { typed, ...others } = history.state ?? {};
    if (typed) history.replaceState(others, "");
    const [{ type } = {}] = performance.getEntriesByType("navigation");
    return type === "back_forward" && typed?.user === document.body.dataset.user ? typed : undefined;
  }

  function bringBack() {
    const form = $("#form");
    const typed = form && takeTyped();
    if (!typed) return;
    if (typed.version !== versionIn(form)) {
      if (!typed.wasSent) showNotice("#not-brought-back");
      return;
    }
    const fields = typed.fields.map(([id, text]) => [document.getElementById(id), text]).filter(([field]) => field);
    for (const [field, text] of fields) field[field.type === "checkbox" ? "checked" : "value"] = text;
    fields[0]?.[0].dispatchEvent(new Event("input", { bubbles: true }));
    if (fields.length) showNotice("#brought-back");
  }

  addEventListener("load", bringBack);

  // The thin bar on top

  let running = 0;
  function busy(count) {
    running = Math.max(0, count);
    root.classList.toggle("busy", running > 0);
  }

  document.addEventListener("htmx:beforeRequest", () => busy(running + 1));
  document.addEventListener("htmx:afterRequest", () => busy(running - 1));
  // What a page asks by itself isn't worth a message, nor leaving the page: it stops asking.
  const isPoll = (element) => element.matches?.("[data-polls]");
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => { if (!isPoll(detail.elt)) showMessage(); });
  }

  // An empty filter has no place in the address.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb !== "get") return;
    for (const [name, value] of [...detail.parameters.entries()]) {
      if (value === "") detail.parameters.delete(name);
    }
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo, target } = event.detail;
    const went = xhr.responseURL && new URL(xhr.responseURL);
    const isElsewhere = went && went.pathname !== new URL(pathInfo.finalRequestPath, location).pathname;
    const { elt } = event.detail.requestConfig;
    if (isPoll(elt)) {
      if (!isElsewhere && xhr.status < 400) return;
      event.preventDefault();
      elt.remove();
    } else if (isElsewhere) {
      // The answer is another page, which no fragment is. The one that is open holds what was typed.
      event.preventDefault();
      showMessage();
    } else if (xhr.status === 401 && $("#messages > [data-state='401']")) {
      event.preventDefault();
    } else if (target.id === "messages" && !xhr.responseText.includes('id="message"')) {
      event.preventDefault();
      showMessage();
    } else if (xhr.status < 400 && target.id !== "messages") {
      $("#messages > #message:not([data-stays])")?.remove();
    }
  });

  document.addEventListener("htmx:afterSwap", watchRevealed);
  document.addEventListener("htmx:oobAfterSwap", () => applyTheme(storedTheme()));
  document.addEventListener("htmx:afterSwap", takeState);

  // A preview's answer puts what is wrong below each field. What says the same as before stays, so that nobody hears it
  // twice; and the field itself says that it is wrong.
  document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
    if (detail.target.innerHTML.trim() === detail.fragment.innerHTML?.trim()) detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id !== "preview") return;
    for (const below of $$("#form .beside")) {
      const field = $(`[aria-describedby~="${CSS.escape(below.id)}"]`, below.closest(".field"));
      const isWrong = Boolean($(".errors", below));
      if (isWrong) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
      if (isWrong && field === document.activeElement) below.scrollIntoView({ block: "nearest" });
    }
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    $("[aria-invalid=true]", detail.elt)?.focus();
  });

  // The form of an edit comes after its page. It begins at its first field, unless somebody is somewhere else by then.
  const TYPED_IN = ":is(input:not([type=hidden], [type=radio], [type=checkbox], [type=file]), textarea, select)";
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id !== "fields") return;
    bringBack();
    if (document.activeElement !== document.body) return;
    $$(`#form .field ${TYPED_IN}`).find((field) => field.checkVisibility())?.focus();
  });

  document.addEventListener("input", ({ target }) => {
    const form = target.form;
    if (!form) return;
    if (form.method === "post" && !document.body.matches(".bare")) form.dataset.touched = "";
    sent = undefined;
    $("#review > section")?.setAttribute("data-stale", "");
    // After a conflict: who goes on typing in a field wants what they type.
    const mine = $(`[name="choice.${CSS.escape(target.name ?? "")}"][value=mine]`);
    if (mine) mine.checked = true;
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[hx-post], [hx-get]")) busy(running + 1);
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest("button, a, summary, tr");
    for (const details of $$("details.switcher[open]")) if (!details.contains(event.target)) details.open = false;
    if (!target) return;
    if (target.matches("button[name=theme]")) chooseTheme(target.value);
    else if (target.matches("[data-copy]")) { event.preventDefault(); copyFrom(target); }
    else if (target.matches("[data-hide]")) { event.preventDefault(); hide($("output", target.closest(".item"))); }
    else if (target.matches(".list.opens tbody tr") && getSelection().isCollapsed) $("a.id", target)?.click();
  });

  document.addEventListener("DOMContentLoaded", () => {
    applyTheme(storedTheme());
    actsAs = document.body.dataset.user;
    watchRevealed();
    $("[aria-invalid=true]")?.focus();
  });
})();
