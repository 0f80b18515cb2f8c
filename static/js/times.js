// Times are in UTC. Whoever points at one, or comes to it with the keyboard, sees their own, too.

export function withOwn(exact, moment, format) {
  return `${exact}\n${format.format(moment)}`;
}

function addOwn({ target }) {
  const time = target.closest?.("time[datetime]:not([data-own])");
  if (!time) return;
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  time.title = withOwn(time.title, new Date(time.dateTime), format);
  time.dataset.own = "";
}

export function watchTimes() {
  document.addEventListener("pointerover", addOwn);
  document.addEventListener("focusin", addOwn);
}
