// Messages on top of the page.
import { find, findAll } from "./dom.js";

// `template` is one of those at the end of `base.html`.
export function showNotice(template) {
  find("#messages").replaceChildren(find(template).content.cloneNode(true));
}

// Shows the message of another page, or a notice where that has none or didn't come.
export function showMessage(page, notice = "#unreachable") {
  const message = page && find("#message", page);
  find("#main #message")?.remove();
  if (message) find("#messages").replaceChildren(document.importNode(message, true));
  else showNotice(notice);
  heedMessage();
}

// A message that tells who is signed in brings the token of their session for the forms of this
// page.
export function heedMessage() {
  const message = find("#messages > [data-state]");
  if (!message) return;
  renewTokens(document);
  const formerUser = find("[data-before]", message);
  const { user } = document.body.dataset;
  if (!formerUser || !user || user === message.dataset.user) return;
  find("strong", formerUser).textContent = user;
  formerUser.hidden = false;
}

export function renewTokens(page) {
  const token = find("#message[data-state] input[name=csrfmiddlewaretoken]", page)?.value;
  if (!token) return;
  for (const input of findAll("input[name=csrfmiddlewaretoken]")) input.value = token;
}
