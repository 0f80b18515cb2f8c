// Text becomes elements only in a document of its own, where none of it runs. No script may write
// it into the page.

const PARSERS = ["DOMParser parseFromString", "Document parseHTMLUnsafe"];

// The text that this sink may take, or null where the browser has to refuse.
export function textForSink(text, sink) {
  if (PARSERS.includes(sink)) return text;
  return null;
}

// htmx needs this policy, which is the only one that the site's headers allow.
export function letParsersTakeText() {
  globalThis.trustedTypes?.createPolicy("default", {
    createHTML: (text, _type, sink) => textForSink(text, sink),
  });
}

export function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}
