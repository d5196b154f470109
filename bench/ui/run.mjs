// Measures the interface, and plotly.js with the same data in the same browser and run:
//
//   cargo xtask build --ui
//   (cd ui && npm ci) && (cd tests/e2e && npm ci) && cd bench/ui && npm ci && npm run bench
//
// The whole first load, compressed; how long after its slowest answer a dashboard of 20 charts is drawn; how long a
// frame takes while 100,000 points are panned. CHROMIUM names the browser; /usr/bin/chromium without.
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "./server.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = join(root, "ui/dist");
const { chromium } = createRequire(join(root, "tests/e2e/package.json"))("@playwright/test");
const esbuild = createRequire(join(root, "ui/package.json"))("esbuild");
const ROUNDS = 3;
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** What a browser fetches before it shows a dashboard. */
async function firstLoad() {
  const sizes = new Map();
  for (const name of [...(await readdir(join(dist, "assets"))), "../index.html", "../index.html.br", "../index.html.gz"]) {
    const plain = name.replace(/\.(br|gz)$/, "");
    if (plain.endsWith(".txt") || plain.startsWith("desk-")) continue;
    const { length } = await readFile(join(dist, "assets", name));
    sizes.set(plain, Math.min(sizes.get(plain) ?? Infinity, length));
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Milliseconds from the end of the slowest answer until the last chart is in the page. */
async function drawn(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 3200 } });
  await page.goto(address);
  const late = await page.evaluate(async () => {
    const count = () => document.querySelectorAll(".uplot canvas, .plotly-done").length;
    while (count() < 20) await new Promise(requestAnimationFrame);
    const drawn = performance.now();
    const answers = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/data"));
    return drawn - Math.max(...answers.map(({ responseEnd }) => responseEnd));
  });
  await page.close();
  return late;
}

/** Milliseconds a frame takes while 100,000 points are panned. */
async function panned(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(address);
  await page.waitForFunction(() => window.pan);
  const took = await page.evaluate(() => window.pan());
  await page.close();
  return took;
}

const glue = await esbuild.build({
  stdin: { contents: 'export { Plotter } from "./chart.js";', resolveDir: join(root, "ui/js") },
  bundle: true,
  format: "esm",
  write: false,
  minify: true,
});
const plotly = await readFile(fileURLToPath(import.meta.resolve("plotly.js-basic-dist-min")));
const types = { ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".html": "text/html" };
const server = await serve(
  new Map([
    ["/plotter.js", ["text/javascript", Buffer.from(glue.outputFiles[0].contents)]],
    ["/plotly.js", ["text/javascript", plotly]],
  ]),
  async (path) => [types[extname(path)] ?? "application/octet-stream", await readFile(join(dist, path))],
);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const figures = { ours: { drawn: [], panned: [] }, theirs: { drawn: [], panned: [] } };
  for (let round = 0; round < ROUNDS; round++) {
    figures.ours.drawn.push(await drawn(browser, `${server.url}/t/bench/d/default`));
    figures.theirs.drawn.push(await drawn(browser, `${server.url}/plotly-20.html`));
    figures.ours.panned.push(await panned(browser, `${server.url}/uplot-pan.html`));
    figures.theirs.panned.push(await panned(browser, `${server.url}/plotly-pan.html`));
  }
  const line = (name, ours, theirs) =>
    console.log(`${name.padEnd(48)} ${ours.toFixed(1).padStart(9)} ms ${theirs.toFixed(1).padStart(9)} ms   ${(theirs / ours).toFixed(1)} ×`);
  const size = await firstLoad();
  console.log(`first load, compressed: ${(size / 1024).toFixed(1)} KB (250 KB allowed); plotly.js basic alone, minified: ${(plotly.length / 1024).toFixed(0)} KB`);
  console.log(`${"median of " + ROUNDS}`.padEnd(48), "  Porthole", "     plotly.js");
  const [ours, theirs] = [figures.ours, figures.theirs];
  line("20 charts drawn after their slowest answer", median(ours.drawn), median(theirs.drawn));
  line("a frame while 100,000 points are panned", median(ours.panned), median(theirs.panned));
  if (size > 250 * 1024 || median(ours.drawn) > 1_000) process.exitCode = 1;
} finally {
  await browser.close();
  server.close();
}
