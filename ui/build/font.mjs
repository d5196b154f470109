// Makes the font small: Latin letters and the signs that the UI writes, weights from regular to semibold.
//
//   node build/font.mjs <from.woff2> <to.woff2>
import { readFile, writeFile } from "node:fs/promises";
import subset from "subset-font";

const [from, to] = process.argv.slice(2);
let text = "–—‘’“”…‹›→−€•ıŒœŠšŸŽž▲▼▶";
for (let code = 0x20; code <= 0xff; code++) if (code < 0x7f || code > 0x9f) text += String.fromCodePoint(code);
const small = await subset(await readFile(from), text, {
  targetFormat: "woff2",
  variationAxes: { wght: { min: 400, max: 600 } },
  // Spacing, accents, and digits of equal width; the rest (fractions, small capitals, …) is never asked for.
  keepFeatures: ["kern", "ccmp", "locl", "mark", "mkmk", "tnum"],
  noHinting: true,
});
await writeFile(to, small);
