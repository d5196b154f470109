// The one place that knows uPlot. The application hands over aligned columns and plain settings, and is told what
// the reader does: where the cursor is, which range was dragged, a double click.
import uPlot from "uplot";

const DAY = 86400;
const two = (n) => String(n).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// Crosshairs are shared, drags and clicks are not: each chart reports its own.
const FOLLOWED = new Set(["mousemove", "mouseleave"]);

/** NaN: a gap. Infinity: nothing here, but the line goes on, which is what uPlot means by undefined. */
function column(values) {
  const out = new Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    out[i] = v === Infinity ? undefined : v !== v ? null : v;
  }
  return out;
}

function seconds(instants) {
  const out = new Float64Array(instants.length);
  for (let i = 0; i < instants.length; i++) out[i] = instants[i] / 1000;
  return out;
}

function timeLabels(zone) {
  const at = (t) => (zone ? uPlot.tzDate(new Date(t * 1000), zone) : new Date(t * 1000));
  return (u, splits, axis, space, step) => {
    let before = null;
    return splits.map((t) => {
      const d = at(t);
      const day = `${d.getDate()} ${MONTHS[d.getMonth()]}`;
      const isMidnight = d.getHours() === 0 && d.getMinutes() === 0 && d.getSeconds() === 0;
      let text;
      if (step >= 28 * DAY) text = d.getMonth() === 0 || before === null ? `${MONTHS[d.getMonth()]} ${d.getFullYear()}` : MONTHS[d.getMonth()];
      else if (step >= DAY || isMidnight) text = day;
      else if (step < 60) text = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
      else text = `${two(d.getHours())}:${two(d.getMinutes())}`;
      before = t;
      return text;
    });
  };
}

function valueLabels(unit) {
  const behind = unit ? (unit === "%" ? "%" : ` ${unit}`) : "";
  return (u, splits) => {
    const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1;
    const largest = Math.max(...splits.map(Math.abs), 0);
    const short = largest >= 10000;
    const decimals = Math.min(10, Math.max(0, -Math.floor(Math.log10(short ? (step / largest) * 10 : step) + 1e-9)));
    const format = new Intl.NumberFormat("en-US", {
      notation: short ? "compact" : "standard",
      maximumFractionDigits: short ? Math.min(decimals, 2) : decimals,
    });
    return splits.map((v) => format.format(v) + behind);
  };
}

/** From the data unless the panel says otherwise; never an axis of no height. */
function valueRange(low, high, lines) {
  return (u, min, max) => {
    if (min == null || max == null) [min, max] = [low ?? 0, high ?? (low ?? 0) + 1];
    for (const line of lines) {
      // A threshold just beyond the data is worth seeing, one far away is not.
      const reach = (max - min || Math.abs(max) || 1) * 0.6;
      if (line > max && line - max <= reach) max = line;
      if (line < min && min - line <= reach) min = line;
    }
    if (min === max) [min, max] = [min - (Math.abs(min) || 1) * 0.1, max + (Math.abs(max) || 1) * 0.1];
    const pad = (max - min) * 0.08;
    let from = low ?? (min >= 0 && min - pad < 0 ? 0 : min >= 0 && min < (max - min) ? 0 : min - pad);
    let to = high ?? max + pad;
    if (from >= to) to = from + 1;
    return [from, to];
  };
}

function axisWidth(u, labels, index, cycle) {
  const axis = u.axes[index];
  if (cycle > 1) return axis._size;
  let size = 14;
  if (labels) {
    u.ctx.save();
    u.ctx.font = axis.font[0];
    const widest = Math.max(0, ...labels.filter((l) => l != null).map((l) => u.ctx.measureText(l).width));
    u.ctx.restore();
    size += widest / devicePixelRatio;
  }
  return Math.ceil(Math.max(size, 36));
}

function thresholds(lines) {
  return (u) => {
    const { left, top, width, height } = u.bbox;
    const c = u.ctx;
    c.save();
    c.lineWidth = devicePixelRatio;
    c.setLineDash([6 * devicePixelRatio, 6 * devicePixelRatio]);
    for (const { value, color } of lines) {
      const y = Math.round(u.valToPos(value, "y", true));
      if (y < top || y > top + height) continue;
      c.strokeStyle = color;
      c.globalAlpha = 0.8;
      c.beginPath();
      c.moveTo(left, y);
      c.lineTo(left + width, y);
      c.stroke();
    }
    c.restore();
  };
}

export class Plotter {
  /**
   * @param {HTMLElement} element what the chart fills
   * @param {string} settings JSON, see `views/plotter.rs`
   */
  constructor(element, settings, instants, values, onCursor, onRange, onReset) {
    this.element = element;
    this.calls = { onCursor, onRange, onReset };
    this.inside = false;
    this.key = (event) => this.step(event);
    this.leave = () => this.hide();
    element.addEventListener("keydown", this.key);
    element.addEventListener("blur", this.leave);
    this.build(settings, instants, values);
    this.observer = new ResizeObserver(() => {
      const size = this.size();
      if (size.width > 0 && size.height > 0) this.plot.setSize(size);
    });
    this.observer.observe(element);
    // Axes are measured with the font that is there: measure again when the real one is.
    document.fonts?.ready.then(() => this.plot?.redraw(false, true));
  }

  size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  build(settings, instants, values) {
    this.plot?.destroy();
    const s = JSON.parse(settings);
    this.settings = s;
    this.window = [s.start / 1000, s.end / 1000];
    const zone = s.utc ? "Etc/UTC" : null;
    const font = '11px "Inter Variable", system-ui, sans-serif';
    const grid = { stroke: s.grid, width: 1 };
    const axis = { stroke: s.dim, font, ticks: { show: false }, grid };
    const self = this;

    const series = s.series.map((one) => {
      const out = {
        label: one.label,
        stroke: one.color,
        width: 1.6,
        show: one.shown,
        points: { show: false },
        spanGaps: false,
      };
      if (one.mark === "area") out.fill = one.color + (s.stacked ? "40" : "1a");
      if (one.mark === "bar") {
        out.paths = uPlot.paths.bars({ size: [0.7, 40], align: 1 });
        out.fill = one.color + "b0";
        out.width = 0;
      }
      if (one.mark === "point") {
        out.paths = () => null;
        out.points = { show: true, size: 5, fill: one.color, stroke: one.color };
      }
      // A lone value between two gaps is no line: show it as a dot.
      if (one.mark === "line" || one.mark === "area") {
        out.points = {
          show: false,
          filter: null,
          size: 5,
          fill: one.color,
          stroke: one.color,
        };
        out.points.show = (u, index) => {
          const data = u.data[index];
          return lone(data).length > 0;
        };
        out.points.filter = (u, index) => lone(u.data[index]);
      }
      return out;
    });

    this.plot = new uPlot(
      {
        ...this.size(),
        padding: [8, 6, 0, 0],
        legend: { show: false },
        tzDate: (t) => (zone ? uPlot.tzDate(new Date(t * 1000), zone) : new Date(t * 1000)),
        scales: {
          x: { time: true, range: () => self.window },
          y: { range: valueRange(s.minimum, s.maximum, s.thresholds.map((t) => t.value)) },
        },
        axes: [
          { ...axis, size: 24, gap: 6, space: 70, values: timeLabels(zone), grid: { show: false } },
          {
            ...axis,
            size: axisWidth,
            gap: 8,
            space: 34,
            values: valueLabels(s.unit),
            ...(s.label ? { label: s.label, labelSize: 18, labelGap: 0, labelFont: font } : {}),
          },
        ],
        cursor: {
          y: false,
          points: { size: 7, width: 1.5, fill: (u, i) => u.series[i].stroke?.(u, i) ?? "#888" },
          drag: { x: true, y: false, setScale: false },
          bind: {
            dblclick: () => () => {
              self.calls.onReset();
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
        series: [{}, ...series],
        hooks: {
          ready: [
            (u) => {
              u.over.addEventListener("mouseenter", () => (self.inside = true));
              u.over.addEventListener("mouseleave", () => self.hide());
            },
          ],
          draw: [thresholds(s.thresholds)],
          setCursor: [
            (u) => {
              if (!self.inside) return;
              const { idx, left, top } = u.cursor;
              if (idx == null || left < 0) self.calls.onCursor(-1, 0, 0);
              else self.calls.onCursor(idx, left + u.over.offsetLeft, top + u.over.offsetTop);
            },
          ],
          setSelect: [
            (u) => {
              const { left, width } = u.select;
              if (width < 4) return;
              const from = u.posToVal(left, "x") * 1000;
              const to = u.posToVal(left + width, "x") * 1000;
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              self.calls.onRange(from, to);
            },
          ],
        },
      },
      [seconds(instants), ...values.map(column)],
      this.element,
    );
  }

  /** New data for the same settings keeps the plot, anything else makes a new one. */
  update(settings, instants, values) {
    this.hide();
    this.build(settings, instants, values);
  }

  /** The arrow keys move the cursor from point to point. */
  step(event) {
    const u = this.plot;
    const count = u.data[0].length;
    if (!count || !["ArrowLeft", "ArrowRight", "Home", "End", "Escape"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Escape") return this.hide();
    const stride = event.shiftKey ? 10 : 1;
    let index = this.inside && u.cursor.idx != null ? u.cursor.idx : null;
    if (event.key === "Home") index = 0;
    else if (event.key === "End" || index == null) index = count - 1;
    else index = Math.min(count - 1, Math.max(0, index + (event.key === "ArrowLeft" ? -stride : stride)));
    this.inside = true;
    u.setCursor({ left: u.valToPos(u.data[0][index], "x"), top: 12 });
  }

  hide() {
    this.inside = false;
    this.calls.onCursor(-1, 0, 0);
    this.plot.setCursor({ left: -10, top: -10 });
  }

  destroy() {
    this.observer.disconnect();
    this.element.removeEventListener("keydown", this.key);
    this.element.removeEventListener("blur", this.leave);
    this.plot.destroy();
    this.plot = null;
  }
}

/** Points with a value whose neighbours have none. */
function lone(data) {
  const out = [];
  const known = (i, by) => {
    while (i >= 0 && i < data.length && data[i] === undefined) i += by;
    return i >= 0 && i < data.length && data[i] != null;
  };
  for (let i = 0; i < data.length; i++) {
    if (data[i] != null && !known(i - 1, -1) && !known(i + 1, 1)) out.push(i);
  }
  return out;
}
