// Moving the range by dragging the time axis: what is there follows the hand, and what is not is asked for at the end.

/**
 * @param {HTMLElement} axis what is dragged
 * @param {{window: () => [number, number], width: () => number, move: Function, done: Function}} chart its window in
 *   seconds and in pixels, what to do with another while it is dragged, and with the last
 */
export function pannable(axis, chart) {
  axis.classList.add("pan");
  axis.addEventListener("pointerdown", (down) => {
    if (down.button !== 0) return;
    const [from, to] = chart.window();
    const moved = (event) => {
      const by = ((down.clientX - event.clientX) / chart.width()) * (to - from);
      return [from + by, to + by];
    };
    let frame = 0;
    const drag = (event) => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => chart.move(moved(event)));
    };
    const end = (event) => {
      cancelAnimationFrame(frame);
      axis.removeEventListener("pointermove", drag);
      for (const name of ENDS) axis.removeEventListener(name, end);
      const isFar = Math.abs(event.clientX - down.clientX) > 4;
      if (event.type === "pointerup" && isFar) chart.done(moved(event));
      else chart.move([from, to]);
    };
    axis.setPointerCapture(down.pointerId);
    axis.addEventListener("pointermove", drag);
    for (const name of ENDS) axis.addEventListener(name, end);
  });
}

const ENDS = ["pointerup", "pointercancel"];
