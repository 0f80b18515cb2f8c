// What a form does while somebody types.
import { find, findAll } from "./dom.js";

const NOT_TYPED_IN = "[type=hidden], [type=radio], [type=checkbox], [type=file]";
const TYPED_IN = `:is(input:not(${NOT_TYPED_IN}), textarea, select)`;

// A preview's answer puts what is wrong below each field. The field itself says that it is wrong.
function markWrongFields() {
  for (const below of findAll("#form .beside")) {
    const field = find(`[aria-describedby~="${CSS.escape(below.id)}"]`, below.closest(".field"));
    if (field) markField(field, below);
  }
}

function markField(field, below) {
  if (!find(".errors", below)) {
    field.removeAttribute("aria-invalid");
    return;
  }
  field.setAttribute("aria-invalid", "true");
  if (field === document.activeElement) below.scrollIntoView({ block: "nearest" });
}

function focusWrongField(within) {
  find("[aria-invalid=true]", within)?.focus();
}

// The form of an edit comes after its page. It begins at its first field, unless somebody is
// somewhere else by then.
function focusFirstField() {
  if (document.activeElement !== document.body) return;
  const fields = findAll(`#form .field ${TYPED_IN}`);
  fields.find((field) => field.checkVisibility())?.focus();
}

// After a conflict, a change to one's own value chooses it.
function chooseMine(field) {
  const mine = find(`[name="choice.${CSS.escape(field.name ?? "")}"][value=mine]`);
  if (mine) mine.checked = true;
}

function heedInput({ target }) {
  if (!target.form) return;
  find("#review > section")?.setAttribute("data-stale", "");
  chooseMine(target);
}

export function watchForms() {
  focusWrongField(document);
  document.addEventListener("input", heedInput);
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target.id === "preview") markWrongFields();
  });
  document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
    focusWrongField(detail.elt);
    if (target.id === "fields") focusFirstField();
  });
}
