/** Puts a text on the clipboard; false where the browser does not let a page do that. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** The old way, which needs no secure connection: what is selected in a field. */
function copySelected(text) {
  const [field, focused] = [document.createElement("textarea"), document.activeElement];
  field.value = text;
  field.className = "sr-only";
  document.body.append(field);
  field.focus({ preventScroll: true });
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return isDone;
}
