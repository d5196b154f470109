// Small things that only a browser can do.

let down = [0, 0];
addEventListener("pointerdown", (event) => (down = [event.clientX, event.clientY]), true);

/** The application's own code gave up: nothing on the page follows the data any more, and that must be seen. */
function stopped() {
  if (document.querySelector(".stopped")) return;
  const note = document.createElement("div");
  note.className = "stopped";
  note.setAttribute("role", "alert");
  const again = document.createElement("button");
  again.textContent = "Reload";
  again.className = "button";
  again.addEventListener("click", () => location.reload());
  const isRestarted = restart();
  note.append("The page stopped; what it shows is no longer kept up to date.", isRestarted ? " It reloads by itself in a moment." : "", again);
  document.body.prepend(note);
}

/** A screen on a wall has nobody who presses a button; but a page that stops again and again is better left as it is. */
function restart() {
  const key = "porthole.restarted";
  try {
    if (Date.now() - sessionStorage.getItem(key) < 300_000) return false;
    sessionStorage.setItem(key, Date.now());
  } catch {
    return false;
  }
  setTimeout(() => location.reload(), 15_000);
  return true;
}
const watch = (fault) => fault instanceof WebAssembly.RuntimeError && stopped();
addEventListener("error", (event) => watch(event.error));
addEventListener("unhandledrejection", (event) => watch(event.reason));

// Whoever searches ranges or zones means the first that is found.
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.(".right .field input")) return;
  event.target.closest(".right").querySelector(".quick button")?.click();
});

/** Whether this is a click that means the place it hit: no drag, no selected text, nothing under it that answers by itself. */
export function isPlainClick(event) {
  const far = Math.hypot(event.clientX - down[0], event.clientY - down[1]) > 4;
  const hit = event.composedPath()[0].closest?.("a,button,input,select,textarea,label,summary,th,.pager,.has-why");
  return event.detail === 1 && !far && !hit && getSelection().isCollapsed;
}

/** Gives a response's content to the browser as a file. */
export async function saveFile(response, name) {
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The browser's zone, as `Europe/Berlin`. */
export function zoneName() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

/** A zone as the browser writes it, as `Europe/Berlin` for `europe/berlin`; empty where it knows no such zone. */
export function knownZone(name) {
  try {
    return Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return "";
  }
}

/** The zones that the browser knows. */
export function allZones() {
  return Intl.supportedValuesOf?.("timeZone") ?? [];
}

const clocks = new Map();
const offsets = new Map();
/** Clocks are set at full quarters of an hour. */
const QUARTER = 900_000;

/** How far a zone's clocks are from UTC at an instant, in milliseconds. Asked for every label, so it is kept. */
export function zoneOffset(name, instant) {
  const at = Math.floor(instant / QUARTER) * QUARTER;
  const key = name + at;
  if (!offsets.has(key)) {
    if (!clocks.has(name)) {
      const [numeric, timeZone] = ["numeric", name];
      const look = { timeZone, hourCycle: "h23", year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
      clocks.set(name, new Intl.DateTimeFormat("en-US", look));
    }
    const read = Object.fromEntries(clocks.get(name).formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    if (offsets.size > 5_000) offsets.clear();
    offsets.set(key, Date.UTC(read.year, read.month - 1, read.day, read.hour, read.minute, read.second) - at);
  }
  return offsets.get(key);
}

/** Waits so many milliseconds, but no longer than until the network is back; and then until somebody looks. */
export async function nap(milliseconds) {
  await new Promise((done) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      done();
    };
    const timer = setTimeout(over, milliseconds);
    addEventListener("online", over);
  });
  while (document.hidden) {
    await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
  }
}

/** Shows a dialog over the page; it keeps the focus and gives it back. */
export function showDialog(dialog) {
  dialog.showModal();
}
