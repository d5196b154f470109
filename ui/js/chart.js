// The one place that knows uPlot. The application hands over aligned columns and plain settings, and is told what
// the reader does: where the cursor is, which range was dragged, a double click.
import uPlot from "uplot";

import { axisWidth, civil, thresholds, timeLabels, valueLabels, valueRange } from "./axes.js";
import { pannable } from "./pan.js";
import { column, edge, hasHoles, lone, needed, pick } from "./points.js";
import { touchable } from "./touch.js";

const FONT = '11px "Inter Variable", system-ui, sans-serif';

// Crosshairs are shared, drags and clicks are not: each chart reports its own.
const FOLLOWED = new Set(["mousemove", "mouseleave"]);

/** Pixels. */
const LINE = 1.5;
const linear = uPlot.paths.linear();

/**
 * Where nothing but the processor paints, a line wider than one pixel costs twenty times what a hairline does. So it is
 * drawn as hairlines side by side; where lines are crowded, as one.
 */
function hairlines(line, isCrowded) {
  if (!line?.stroke || isCrowded) return line;
  const by = (LINE - 1) * devicePixelRatio;
  const stroke = new Path2D(line.stroke);
  for (const [x, y] of [[by, 0], [0, by]]) stroke.addPath(line.stroke, new DOMMatrix([1, 0, 0, 1, x, y]));
  return { ...line, stroke };
}

/**
 * Of stacked series each is filled down to the one below it that is shown, so that colours do not mix. Where that one has
 * no value at some instants, down to a line of its own that is not drawn and goes on there: `edges` says on which series.
 */
function stackOf(series, values) {
  const shown = [...series.keys()].filter((k) => series[k].shown);
  const edges = shown.slice(0, -1).filter((k) => hasHoles(values[k]));
  const place = (k) => (edges.includes(k) ? series.length + edges.indexOf(k) : k) + 1;
  const bands = shown.slice(1).map((upper, k) => ({ series: [upper + 1, place(shown[k])] }));
  return { bands, edges: edges.map((k) => [k, shown.indexOf(k)]), shown };
}

export class Plotter {
  /**
   * @param {HTMLElement} element what the chart fills
   * @param {object} settings see `views/plotter.rs`
   * @param {Float64Array} instants milliseconds
   * @param {Float64Array[]} values a column for each series, see `points.js`
   */
  constructor(element, settings, instants, values, onCursor, onRange, onReset) {
    this.element = element;
    this.calls = { onCursor, onRange, onReset };
    this.inside = false;
    this.key = (event) => this.step(event);
    this.leave = () => this.hide();
    element.addEventListener("keydown", this.key);
    element.addEventListener("blur", this.leave);
    // A finger leaves nothing by going away.
    this.away = (event) => this.inside && !element.contains(event.target) && this.hide();
    document.addEventListener("pointerdown", this.away);
    this.update(settings, instants, values);
    // The series' names stand beside the chart, in their order: the one that is pointed at is seen among the others.
    const legend = element.nextElementSibling;
    const point = ({ type, target, relatedTarget }) => {
      const place = [...legend.children].indexOf((type === "focusout" ? relatedTarget : target)?.closest?.("button"));
      this.plot?.setSeries(place < 0 ? null : place + 1, { focus: true });
    };
    for (const name of ["mouseover", "mouseleave", "focusin", "focusout"]) legend?.addEventListener(name, point);
    this.observer = new ResizeObserver(() => {
      const { width, height } = this.size();
      // It is told of the size that the chart was made with, too.
      if (!(width > 0 && height > 0) || (width === this.plot.width && height === this.plot.height)) return;
      this.plot.setSize({ width, height });
      if (this.instants.length > width) this.fill();
    });
    this.observer.observe(element);
    // Axes are measured with the font that is there: measure again when the real one is.
    if (!document.fonts.check(FONT)) document.fonts.load(FONT).then(() => this.plot?.redraw(false, true), () => {});
  }

  size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  /** New data for the same settings keeps the plot, anything else makes a new one. */
  update(settings, instants, values) {
    const { start, end, ...look } = settings;
    this.window = [start / 1000, end / 1000];
    this.instants = instants.map((t) => t / 1000);
    this.values = values;
    this.stepped = null;
    const stack = look.stacked ? stackOf(look.series, values) : { bands: [], edges: [], shown: [] };
    look.bands = stack.bands;
    look.edges = stack.edges.map(([k]) => k);
    const shown = stack.shown.map((k) => values[k]);
    this.edges = stack.edges.map(([, at]) => edge(shown, at + 1));
    const text = JSON.stringify(look);
    if (this.plot && text === this.look) return this.fill();
    if (this.plot) this.hide();
    this.plot?.destroy();
    this.look = text;
    // Dots do not hide each other as lines do.
    this.mayThin = look.series.every(({ mark }) => mark !== "point");
    const size = this.size();
    this.plot = new uPlot({ ...size, ...this.options(look) }, this.drawn(size.width), this.element);
    pannable(this.plot.root.querySelector(".u-axis"), {
      window: () => this.window,
      move: (window) => this.show(window),
      done: ([from, to]) => this.calls.onRange(from * 1000, to * 1000),
      width: () => this.plot.over.clientWidth,
    });
  }

  /** Shows another part of the data, in seconds. */
  show(window) {
    this.window = window;
    this.fill();
  }

  fill() {
    this.plot.setData(this.drawn(this.plot.width));
  }

  /** The data as it is drawn on a chart of this width. */
  drawn(width) {
    const pixels = Math.round(width * devicePixelRatio);
    this.places = this.mayThin ? needed(this.instants, this.values, this.window, pixels) : null;
    const columns = this.values.map((values) => column(pick(values, this.places)));
    this.dots = columns.map(lone);
    const edges = this.edges.map((values) => pick(values, this.places));
    return [pick(this.instants, this.places), ...columns, ...edges];
  }

  options(s) {
    const zone = s.zone ?? null;
    const grid = { stroke: s.grid, width: 1 };
    const axis = { stroke: s.dim, font: FONT, ticks: { show: false }, grid };
    return {
      // On the right the last label of the time axis has to fit.
      padding: [8, 27, 0, 0],
      legend: { show: false },
      tzDate: civil(zone),
      scales: {
        x: { time: true, range: () => this.window },
        y: { range: valueRange(s.minimum, s.maximum, s.thresholds.map((t) => t.value), s.stacked) },
      },
      axes: [
        { ...axis, size: 24, gap: 6, space: 70, values: timeLabels(zone), grid: { show: false } },
        {
          ...axis,
          size: axisWidth,
          gap: 8,
          space: 34,
          values: valueLabels(s.unit),
          ...(s.label ? { label: s.label, labelSize: 18, labelGap: 0, labelFont: FONT } : {}),
        },
      ],
      cursor: {
        y: false,
        points: { size: (u, i) => (i > s.series.length ? 0 : 7), width: (u, i, size) => (size ? 1.5 : 0), fill: (u, i) => u.series[i].stroke?.(u, i) ?? "#888" },
        drag: { x: true, y: false, setScale: false },
        bind: {
          dblclick: () => () => {
            this.calls.onReset();
            return null;
          },
        },
        sync: {
          key: "page",
          setSeries: false,
          scales: ["x", null],
          match: [() => true, () => false],
          filters: { pub: (type) => FOLLOWED.has(type), sub: (type) => FOLLOWED.has(type) },
        },
      },
      series: [
        {},
        ...s.series.map((one) => this.series(one, s.stacked)),
        ...s.edges.map((k) => ({ paths: this.series(s.series[k], true).paths ?? linear, width: 0, points: { show: false } })),
      ],
      bands: s.bands,
      hooks: {
        ready: [
          (u) => {
            u.over.addEventListener("mouseenter", () => (this.inside = true));
            u.over.addEventListener("mousemove", () => (this.stepped = null));
            u.over.addEventListener("mouseleave", () => this.hide());
            touchable(u.over, {
              cursor: (left, top) => {
                this.inside = true;
                this.stepped = null;
                u.setCursor({ left, top });
              },
              select: (one, other) => this.select(u, one, other),
              done: (...ends) => this.calls.onRange(...ends.map((at) => u.posToVal(at, "x") * 1000)),
            });
          },
        ],
        draw: [thresholds(s.thresholds)],
        setCursor: [(u) => this.inside && this.tell(u)],
        setSelect: [
          (u) => {
            const { left, width } = u.select;
            if (width < 4) return;
            const from = u.posToVal(left, "x") * 1000;
            const to = u.posToVal(left + width, "x") * 1000;
            this.select(u);
            this.calls.onRange(from, to);
          },
        ],
      },
    };
  }

  /** Marks what is being selected; nothing: no more. */
  select(u, one, other) {
    const [left, right] = [Math.min(one ?? 0, other ?? 0), Math.max(one ?? 0, other ?? 0)];
    u.setSelect({ left, top: 0, width: right - left, height: right > left ? u.over.clientHeight : 0 }, false);
  }

  series({ label, color, mark, shown }, stacked) {
    const out = { label, stroke: color, width: 1 / devicePixelRatio, show: shown, points: { show: false }, spanGaps: false };
    if (mark === "area") out.fill = color + (stacked ? "40" : "1a");
    if (mark === "bar") {
      out.paths = uPlot.paths.bars({ size: [0.7, 40], align: 1 });
      out.fill = color + "b0";
      out.width = 0;
    } else if (mark === "point") {
      out.paths = () => null;
      out.points = { show: true, size: 5, fill: color, stroke: color };
    } else {
      out.paths = (...of) => hairlines(linear(...of), this.places !== null);
      // A lone value between two gaps is no line: show it as a dot.
      out.points = {
        show: (u, index) => this.dots[index - 1].length > 0,
        filter: (u, index) => this.dots[index - 1],
        size: 5,
        fill: color,
        stroke: color,
      };
    }
    return out;
  }

  /** Says which point the cursor is at, and where that is in the element. */
  tell(u) {
    const { idx, left, top } = u.cursor;
    if (idx == null || left < 0) return this.calls.onCursor(-1, 0, 0);
    this.calls.onCursor(this.stepped ?? this.placeOf(idx), left + u.over.offsetLeft, top + u.over.offsetTop);
  }

  /** Which of all points the one that is drawn here is. */
  placeOf(index) {
    return this.places ? this.places[index] : index;
  }

  /** The arrow keys move the cursor from point to point, others the range. */
  step(event) {
    // Those are the browser's; with both keys, as with AltGr, a letter is meant.
    if (event.metaKey || (event.ctrlKey && !event.altKey)) return;
    const next = this.moved(event.key);
    if (next) {
      event.preventDefault();
      return this.calls.onRange(next[0] * 1000, next[1] * 1000);
    }
    const u = this.plot;
    const count = this.instants.length;
    if (event.key === "-") this.calls.onReset();
    if (!count || !["ArrowLeft", "ArrowRight", "Home", "End", "Escape"].includes(event.key)) return;
    // Where there is no cursor to take away, it is the page's, which closes what is large.
    if (event.key === "Escape" && !this.inside) return;
    event.preventDefault();
    if (event.key === "Escape") return this.hide();
    const stride = event.shiftKey ? 10 : 1;
    let index = this.inside && u.cursor.idx != null ? (this.stepped ?? this.placeOf(u.cursor.idx)) : null;
    if (event.key === "Home") index = 0;
    else if (event.key === "End" || index == null) index = count - 1;
    else index = Math.min(count - 1, Math.max(0, index + (event.key === "ArrowLeft" ? -stride : stride)));
    this.inside = true;
    this.stepped = index;
    u.setCursor({ left: u.valToPos(this.instants[index], "x"), top: 12 });
  }

  /** The range that a key asks for, in seconds: half as long around the cursor, or half of itself earlier or later. */
  moved(key) {
    const [from, to] = this.window;
    const half = (to - from) / 2;
    const by = { "[": -half, "]": half }[key];
    if (by) return [from + by, to + by];
    if (key !== "+" && key !== "=") return null;
    const { left } = this.plot.cursor;
    const middle = this.inside && left >= 0 ? this.plot.posToVal(left, "x") : from + half;
    return [middle - half / 2, middle + half / 2];
  }

  hide() {
    this.inside = false;
    this.stepped = null;
    this.calls.onCursor(-1, 0, 0);
    this.plot.setCursor({ left: -10, top: -10 });
  }

  destroy() {
    this.observer.disconnect();
    this.element.removeEventListener("keydown", this.key);
    this.element.removeEventListener("blur", this.leave);
    document.removeEventListener("pointerdown", this.away);
    this.plot.destroy();
    this.plot = null;
  }
}
