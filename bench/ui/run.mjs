// Measures the interface on a running host, and plotly.js with the same answers in the same browser and run. Started by
// `cargo xtask bench ui`, which has filled the host; prints one line of JSON: milliseconds, a list for each figure.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { pages } from "./pages.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { chromium } = createRequire(join(root, "tests/e2e/package.json"))("@playwright/test");
const esbuild = createRequire(join(root, "ui/package.json"))("esbuild");

/** `url`, `email`, `password`, `tenant`; `board` and `large`: paths of pages; `panels`, `raw`: paths of answers. */
const site = JSON.parse(process.argv[2]);
const rounds = site.rounds;

const glue = await esbuild.build({
  stdin: { contents: 'export { Plotter } from "./chart.js";', resolveDir: join(root, "ui/js") },
  bundle: true,
  format: "esm",
  write: false,
  minify: true,
});
const plotly = await readFile(fileURLToPath(import.meta.resolve("plotly.js-basic-dist-min")));
// Beside the host's own pages, so that they may ask for the same answers.
const beside = new Map([
  ["/beside/plotter.js", ["text/javascript", Buffer.from(glue.outputFiles[0].contents)]],
  ["/beside/plotly.js", ["text/javascript", plotly]],
  ...Object.entries(pages(site)).map(([path, html]) => [path, ["text/html", html]]),
]);

const browser = await chromium.launch({
  executablePath: process.env.PORTHOLE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A page of a reader who has never been here. */
async function visit(path, viewport, work) {
  const context = await browser.newContext({ viewport });
  try {
    await context.route("**/beside/*", (route) => {
      const [contentType, body] = beside.get(new URL(route.request().url()).pathname);
      return route.fulfill({ contentType, body });
    });
    const { email, password } = site;
    const answer = await context.request.post(`${site.url}/api/v1/auth/login`, { data: { email, password } });
    if (!answer.ok()) throw new Error(`the host does not let the reader in: ${answer.status()}`);
    const page = await context.newPage();
    await page.goto(site.url + path);
    return await work(page);
  } finally {
    await context.close();
  }
}

/** Milliseconds from the end of the slowest answer until the last chart is in the page and painted. */
const drawn = (path, count) =>
  visit(path, { width: 1440, height: 3200 }, (page) =>
    page.evaluate(async (count) => {
      const frame = () => new Promise(requestAnimationFrame);
      while (document.querySelectorAll(".uplot canvas, .plotly-done").length < count) await frame();
      await frame();
      await frame();
      const now = performance.now();
      const answers = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/data"));
      if (answers.length < count) throw new Error(`${answers.length} answers for ${count} charts`);
      return now - Math.max(...answers.map(({ responseEnd }) => responseEnd));
    }, count),
  );

/** Milliseconds a frame takes while 100,000 points are panned. */
const panned = (path) =>
  visit(path, { width: 1440, height: 900 }, async (page) => {
    await page.waitForFunction(() => window.pan);
    return page.evaluate(() => window.pan());
  });

const figures = { ours: { drawn: [], large: [], panned: [] }, theirs: { drawn: [], large: [], panned: [] } };
try {
  for (let round = 0; round < rounds; round++) {
    const { ours, theirs } = figures;
    ours.drawn.push(await drawn(site.board, site.panels.length));
    theirs.drawn.push(await drawn("/beside/plotly-board.html", site.panels.length));
    ours.large.push(await drawn(site.large, 1));
    theirs.large.push(await drawn("/beside/plotly-large.html", 1));
    ours.panned.push(await panned("/beside/plotter-pan.html"));
    theirs.panned.push(await panned("/beside/plotly-pan.html"));
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(figures));
