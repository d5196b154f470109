// Runs the tests of components in a browser, each in a page of its own, and prints one line of JSON at the end: how many
// passed and failed. Started by `cargo xtask test`.
//
//   node dev/components.mjs <folder> [part of a name];  PORTHOLE_CHROMIUM: the browser
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

const [folder, wanted = ""] = process.argv.slice(2);
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".html": "text/html" };
const PATIENCE = 30_000;

const files = new Map();
const file = async (name) => {
  if (!files.has(name)) files.set(name, await readFile(join(folder, name)));
  return files.get(name);
};

const browser = await chromium.launch({
  executablePath: process.env.PORTHOLE_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A page of a reader in Berlin who has never been here; whatever is no file of the tests is their page. */
async function open(work) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: "Europe/Berlin", locale: "en-GB" });
  try {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await context.route("**/*", async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      const known = ["run.js", "porthole_ui_bg.wasm", "app.css"].includes(name) ? name : "index.html";
      await route.fulfill({ body: await file(known), contentType: TYPES[extname(known)] });
    });
    const page = await context.newPage();
    // Where a test that panics says why.
    page.on("console", (message) => message.type() === "error" && console.log(message.text().split("\n\nStack:")[0]));
    // A secure place, as the product has: the clipboard works in no other.
    await page.goto("https://porthole.test/");
    await page.waitForFunction(() => globalThis.run, null, { timeout: PATIENCE });
    return await work(page);
  } finally {
    await context.close();
  }
}

const name = (test) => test.slice(test.indexOf("::") + 2);
let [passed, failed] = [0, 0];
try {
  const tests = await open((page) => page.evaluate(() => globalThis.tests));
  for (const test of tests.filter((test) => name(test).includes(wanted))) {
    const [is_well, output] = await open(async (page) => {
      const late = new Promise((_, reject) => setTimeout(() => reject(new Error("it took too long")), PATIENCE).unref());
      try {
        const is_well = await Promise.race([page.evaluate((test) => globalThis.run(test), test), late]);
        return [is_well, is_well ? "" : await page.locator("#output").textContent()];
      } catch (error) {
        return [false, String(error)];
      }
    });
    console.log(`test ${name(test)} ... ${is_well ? "ok" : "FAILED"}`);
    if (is_well) passed += 1;
    else {
      failed += 1;
      console.log(output);
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify({ passed, failed }));
process.exitCode = failed ? 1 : 0;
