// What a finger does: over a chart it moves the cursor, and selects a range when it stayed a moment before; on what answers
// to a click with a key held down, staying a moment is that click.

/** Milliseconds that a finger stays. */
const HOLD = 450;
/** Pixels that a finger moves without meaning to. */
const SLOP = 8;

/**
 * @param {HTMLElement} over what is touched; up and down, the page scrolls
 * @param {{cursor: Function, select: Function, done: Function}} chart what to do with a place in pixels; with the ends of what
 *   is being selected, none: it was given up; and with those of what is
 */
export function touchable(over, chart) {
  let [from, timer, isHeld] = [null, 0, false];
  const isOne = (event) => event.pointerType === "touch" && event.isPrimary;
  const place = (event) => {
    const box = over.getBoundingClientRect();
    return [Math.min(box.width, Math.max(0, event.clientX - box.left)), event.clientY - box.top];
  };
  const hold = (is) => {
    clearTimeout(timer);
    isHeld = is;
    over.classList.toggle("held", is);
  };
  over.addEventListener("pointerdown", (event) => {
    if (!isOne(event)) return;
    from = place(event);
    hold(false);
    timer = setTimeout(hold, HOLD, true);
  });
  over.addEventListener("pointermove", (event) => {
    if (!from || !isOne(event)) return;
    const [left, top] = place(event);
    if (!isHeld && Math.abs(left - from[0]) < SLOP) return;
    clearTimeout(timer);
    chart.cursor(left, top);
    if (isHeld) chart.select(from[0], left);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    over.addEventListener(name, (event) => {
      if (!from || !isOne(event)) return;
      const [start, end] = [from[0], place(event)[0]].sort((a, b) => a - b);
      if (isHeld) {
        chart.select();
        // Nor does the browser's click at its end.
        held = over;
      }
      if (isHeld && name === "pointerup" && end - start > SLOP) chart.done(start, end);
      from = null;
      hold(false);
    });
  }
  // Once it is selecting, a finger that goes up a little scrolls nothing and opens nothing.
  over.addEventListener("touchmove", (event) => isHeld && event.preventDefault(), { passive: false });
  over.addEventListener("contextmenu", (event) => from && event.preventDefault());
}

/** What is clicked with which key held down. */
const KEYS = [
  [".legend button", "ctrlKey"],
  [".rows th .sort", "shiftKey"],
];
let [timer, held] = [0, null];

addEventListener("pointerdown", (event) => {
  clearTimeout(timer);
  held = null;
  if (event.pointerType !== "touch") return;
  for (const [selector, key] of KEYS) {
    const target = event.target.closest?.(selector);
    const click = () => {
      held = target;
      target.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, [key]: true }));
    };
    if (target) timer = setTimeout(click, HOLD);
  }
});
for (const name of ["pointerup", "pointercancel"]) {
  addEventListener(name, () => {
    clearTimeout(timer);
    // Long enough for the click of this finger, and not for the next.
    setTimeout(() => (held = null), 300);
  });
}
// The browser's own click at the end is none, nor is its menu wanted.
for (const name of ["click", "contextmenu"]) {
  const swallow = (event) => {
    if (!held || !event.isTrusted) return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener(name, swallow, true);
}
