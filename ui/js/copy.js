/** Puts a text on the clipboard; false where the browser does not let a page do that (no secure connection). */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
