// What stands on the axes of a chart, and how far they reach.
import uPlot from "uplot";

const DAY = 86400;
const two = (n) => String(n).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The day and time of an instant, in seconds; `zone` null: the browser's. */
export const civil = (zone) => (t) => {
  // A tenth of a second is not quite one.
  const at = new Date(Math.round(t * 1000));
  return zone ? uPlot.tzDate(at, zone) : at;
};

export function timeLabels(zone) {
  const at = civil(zone);
  return (u, splits, axis, space, step) => {
    let before = null;
    return splits.map((t) => {
      const d = at(t);
      const day = `${d.getDate()} ${MONTHS[d.getMonth()]}`;
      const isMidnight = d.getHours() === 0 && d.getMinutes() === 0 && d.getSeconds() === 0 && d.getMilliseconds() === 0;
      const seconds = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
      let text;
      if (step >= 28 * DAY) text = d.getMonth() === 0 || before === null ? `${MONTHS[d.getMonth()]} ${d.getFullYear()}` : MONTHS[d.getMonth()];
      else if (step >= DAY || isMidnight) text = day;
      // Within a second, as many digits of it as the step has.
      else if (step < 1) text = seconds + (d.getMilliseconds() / 1000).toFixed(Number.isInteger(step * 10) ? 1 : 2).slice(1);
      else if (step < 60) text = seconds;
      else text = `${two(d.getHours())}:${two(d.getMinutes())}`;
      before = t;
      return text;
    });
  };
}

// Making one costs more than drawing a line; a page needs a handful.
const formats = new Map();
function numberFormat(notation, decimals) {
  const key = notation + decimals;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat("en-US", { notation, maximumFractionDigits: decimals }));
  return formats.get(key);
}

export function valueLabels(unit) {
  const behind = unit ? (unit === "%" ? "%" : ` ${unit}`) : "";
  return (u, splits) => {
    const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1;
    const largest = Math.max(...splits.map(Math.abs), 0);
    const short = largest >= 10000;
    // What a compact number counts in: thousands, millions.
    const part = short ? step / 10 ** (3 * Math.floor(Math.log10(largest) / 3)) : step;
    let decimals = Math.min(10, Math.max(0, -Math.floor(Math.log10(part) + 1e-9)));
    // A step of 2.5 needs one more than its size says.
    const isWhole = (n) => Math.abs(n - Math.round(n)) < 1e-6;
    for (const most = decimals + 2; decimals < most && !isWhole(part * 10 ** decimals); decimals++);
    const format = numberFormat(short ? "compact" : "standard", decimals);
    return splits.map((v) => format.format(v) + behind);
  };
}

/** From the data unless the panel says otherwise; never an axis of no height. What is stacked stands on 0. */
export function valueRange(low, high, lines, isStacked) {
  return (u, min, max) => {
    if (min == null || max == null) [min, max] = [low ?? 0, high ?? (low ?? 0) + 1];
    if (isStacked) [min, max] = [Math.min(min, 0), Math.max(max, 0)];
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

/** As wide as the widest label. */
export function axisWidth(u, labels, index, cycle) {
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

/** Dashed lines over the whole width. */
export function thresholds(lines) {
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
