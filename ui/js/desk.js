// Small things that only pages behind the first load need of a browser.

/** Closes a dialog, which gives the focus back to where it was before. */
export function closeDialog(dialog) {
  if (dialog.open) dialog.close();
}

/** What stands behind the `#` of the address; then it stands neither there nor in the history any more. */
export function takeFragment() {
  const text = location.hash.slice(1);
  if (text) history.replaceState(null, "", location.pathname + location.search);
  return text;
}
