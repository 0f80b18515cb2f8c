// The thin bar on top, which is there while the page waits for an answer.

let waiting = 0;

function show(count) {
  waiting = Math.max(0, count);
  document.documentElement.classList.toggle("busy", waiting > 0);
}

export function beginWaiting() {
  show(waiting + 1);
}

export function endWaiting() {
  show(waiting - 1);
}

export function watchProgress() {
  document.addEventListener("htmx:beforeRequest", beginWaiting);
  document.addEventListener("htmx:afterRequest", endWaiting);
  document.addEventListener("submit", (event) => {
    // A form that is answered by a file leaves the page as it is.
    if (!event.target.matches("[hx-post], [hx-get], [data-downloads]")) beginWaiting();
  });
  // The browser may show a page again as it was when its form was sent.
  addEventListener("pageshow", () => show(0));
}
