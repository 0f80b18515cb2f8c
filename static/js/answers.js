// The answers that htmx asks for: which of them are put into the page.
import { find } from "./dom.js";
import { heedMessage, showMessage } from "./messages.js";

// A poll that fails shows no message and leads nowhere: the page stops asking.
function polls(element) {
  return Boolean(element.matches?.("[data-polls]"));
}

// Whether a redirect led to another page, which is no fragment of this one.
export function leadsElsewhere(answeredUrl, askedPath, pageUrl) {
  if (!answeredUrl) return false;
  return new URL(answeredUrl).pathname !== new URL(askedPath, pageUrl).pathname;
}

// What to do with an answer: "show" it, "drop" it, "report" an outage in its place, or "stop"
// asking. "renew" shows it and takes away the message of an earlier answer.
export function decide(answer) {
  const { status, isPoll, isElsewhere, isForMessages, hasMessage, isSignedOutShown } = answer;
  if (isPoll && (isElsewhere || status >= 400)) return "stop";
  if (isPoll) return "show";
  // The page that is open holds what was typed.
  if (isElsewhere) return "report";
  if (status === 401 && isSignedOutShown) return "drop";
  if (isForMessages && !hasMessage) return "report";
  if (isForMessages || status >= 400) return "show";
  return "renew";
}

// A parameter is removed if any of its values is empty.
export function emptyNames(parameters) {
  const names = new Set();
  for (const [name, value] of parameters) {
    if (value === "") names.add(name);
  }
  return [...names];
}

function treat(event) {
  const { xhr, pathInfo, target, requestConfig } = event.detail;
  const decision = decide({
    status: xhr.status,
    isPoll: polls(requestConfig.elt),
    isElsewhere: leadsElsewhere(xhr.responseURL, pathInfo.finalRequestPath, location.href),
    isForMessages: target.id === "messages",
    hasMessage: xhr.responseText.includes('id="message"'),
    isSignedOutShown: Boolean(find("#messages > [data-state='401']")),
  });
  if (decision === "show") return;
  if (decision === "renew") {
    find("#messages > #message:not([data-stays])")?.remove();
    return;
  }
  event.preventDefault();
  if (decision === "stop") requestConfig.elt.remove();
  if (decision === "report") showMessage();
}

function reportFailure({ detail }) {
  if (!polls(detail.elt)) showMessage();
}

// An empty filter has no place in the address.
function dropEmptyFilters({ detail }) {
  if (detail.verb !== "get") return;
  for (const name of emptyNames(detail.parameters.entries())) detail.parameters.delete(name);
}

// An answer that repeats what the page says isn't put in, so that no screen reader says it twice.
function keepWhatIsTheSame({ detail }) {
  const { target, fragment } = detail;
  if (target.innerHTML.trim() === fragment.innerHTML?.trim()) detail.shouldSwap = false;
}

export function watchAnswers() {
  document.addEventListener("htmx:configRequest", dropEmptyFilters);
  document.addEventListener("htmx:sendError", reportFailure);
  document.addEventListener("htmx:timeout", reportFailure);
  document.addEventListener("htmx:beforeSwap", treat);
  document.addEventListener("htmx:oobBeforeSwap", keepWhatIsTheSame);
  document.addEventListener("htmx:afterSwap", heedMessage);
}
