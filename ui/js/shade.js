// HTML from a tenant's plugin, in a shadow root of its own: its rules reach nothing outside, the page's reach nothing
// inside, and without inline styles the page's policy stays as it is.

// What text looks like where the plugin says nothing.
const BASE = `
:host { display: block; overflow-wrap: anywhere; line-height: 1.5 }
*, ::before, ::after { box-sizing: border-box; border: 0 solid var(--line) }
h1, h2, h3, h4, h5, h6 { margin: 8px 0 4px; font-size: inherit; font-weight: 600 }
p, ul, ol, table, dl, pre { margin: 0 0 8px }
:first-child { margin-top: 0 }
ul, ol { padding-left: 18px }
a { color: var(--accent); border-radius: 3px }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
table { width: 100%; border-collapse: collapse }
td, th { padding: 4px 8px 4px 0; border-bottom: 1px solid var(--line); text-align: left }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
hr { margin: 8px 0; border-top-width: 1px }
img { max-width: 100% }
`;

let base;

/** Shows this HTML with these rules in place of what the element showed before. */
export function shade(element, html, css) {
  let root = element.shadowRoot;
  if (!root) {
    if (!base) {
      base = new CSSStyleSheet();
      base.replaceSync(BASE);
    }
    root = element.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [base, new CSSStyleSheet()];
  }
  // Both at once, before the browser paints: nothing flickers.
  root.adoptedStyleSheets[1].replaceSync(css);
  root.innerHTML = html;
}
