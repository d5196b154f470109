// Photographs a real demo in every width, look and state, and the gallery, and lays the pictures out as two sheets for each
// look: dashboards, and the pages beside them. Started by `cargo xtask shots`, which names everything in the environment:
//
//   PORTHOLE_BIN, PORTHOLE_COMPONENTS, PORTHOLE_GALLERY, PORTHOLE_CHROMIUM; SHOTS: where single pictures are kept;
//   SHEETS: where the sheets and the pictures of the guide go
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

import { bringPeople, deskPages } from "./desk-pages.mjs";
import { serve } from "./gallery.mjs";
import { sheet } from "./sheet.mjs";
import { bringTrouble, GONE, openGone } from "./trouble.mjs";

const { PORTHOLE_BIN, PORTHOLE_COMPONENTS, PORTHOLE_GALLERY, PORTHOLE_CHROMIUM, SHOTS, SHEETS } = process.env;
const WIDTHS = [[1440, 1000], [768, 1000], [390, 844]];
const THEMES = ["dark", "light"];
const EMPTY = "from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z";
let faults = 0;
const fault = (text) => {
  faults += 1;
  console.error(text);
};

/** A demo with a dashboard of troubles, and a tenant whose database is gone. */
async function demo(folder) {
  const child = spawn(PORTHOLE_BIN, ["demo", "--json", "--port", "0", "--data-dir", folder], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}`)));
  });
  const { url, accounts } = JSON.parse(line);
  const account = accounts.find(({ admin }) => admin);
  await bringTrouble(join(folder, "config/tenants"), PORTHOLE_COMPONENTS);
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve();
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
  return { url, account, stop };
}

/** Until each panel in view has something to say. */
const settled = (page) =>
  page.waitForFunction(() => {
    const panels = [...document.querySelectorAll(".panel")].filter((panel) => panel.checkVisibility() && panel.getBoundingClientRect().top < innerHeight);
    return !document.querySelector(".waiting[aria-busy]") && panels.every((panel) => !panel.querySelector(".skeleton"));
  }, null, { timeout: 120_000 });

async function reader(browser, theme, [width, height]) {
  // The documentation follows the machine's look.
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, timezoneId: "Europe/Berlin", locale: "en-GB" });
  await context.addInitScript((theme) => localStorage.setItem("porthole.theme", theme), theme);
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  page.on("pageerror", (error) => fault(`${theme} ${width}: ${error}`));
  page.on("console", (message) => {
    // Answers that are errors are what is photographed.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) fault(`${theme} ${width}: ${message.text()}`);
  });
  return page;
}

/** What a picture is called: a file of that name. */
const slug = (name) => name.replace(/[^a-z]+/g, "-");

/** A picture, and a look at whether the page is wider than the screen. */
async function photograph(page, name) {
  await page.mouse.move(0, 0);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) fault(`${name}: ${over} px wider than the screen`);
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

/** The pages, in the order of the sheet: a name, and how to get there. */
const PAGES = {
  data: async (page, { url }) => {
    await page.goto(`${url}/t/tenant-alpha/d/default`);
    await page.locator(".uplot canvas").first().waitFor();
  },
  large: async (page, { url }) => {
    await page.goto(`${url}/t/tenant-alpha/d/default/p/cpu_by_server?from=now-12h&to=now`);
    await page.locator(".expanded .uplot canvas").waitFor();
  },
  own: (page, { url }) => page.goto(`${url}/t/tenant-alpha/d/network`),
  range: async (page, { url }) => {
    await page.goto(`${url}/t/tenant-alpha/d/performance`);
    await page.getByTestId("range-button").click();
    await page.getByLabel("Search ranges").waitFor();
  },
  empty: async (page, { url }) => {
    await page.goto(`${url}/t/tenant-alpha/d/default?${EMPTY}`);
    await page.getByTestId("panel-empty").first().waitFor();
  },
  trouble: async (page, { url }) => {
    // The host compiles the plugin when it finds it; until then its panels are said to be of no known type.
    for (const deadline = Date.now() + 120_000; ; ) {
      await page.goto(`${url}/t/tenant-alpha/d/trouble`);
      const error = page.getByTestId("panel-stopped").getByTestId("panel-error");
      await error.waitFor({ timeout: 60_000 });
      if (/Plugin stopped/.test(await error.innerText())) return;
      if (Date.now() > deadline) throw new Error(`no plugin was stopped: ${await error.innerText()}`);
    }
  },
  "database down": async (page, { url }) => {
    await page.goto(`${url}/t/${GONE}/d/default`);
    await page.getByTestId("panel-error").first().waitFor({ timeout: 60_000 });
  },
  "not permitted": async (page, { url }) => {
    await page.goto(`${url}/t/tenant-omega/d/default`);
    await page.getByRole("heading", { name: "This tenant is not open to you" }).waitFor();
  },
};

const folder = await mkdtemp(join(tmpdir(), "porthole-shots-"));
await mkdir(SHOTS, { recursive: true });
const site = await demo(folder);
const gallery = await serve(PORTHOLE_GALLERY);
const browser = await chromium.launch({
  executablePath: PORTHOLE_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const names = ["login", ...Object.keys(PAGES), "host down", "gallery"];
  const open = [];
  let desk;
  for (const theme of THEMES) {
    for (const size of WIDTHS) {
      const page = await reader(browser, theme, size);
      const shot = (name) => photograph(page, `${theme}-${size[0]}-${slug(name)}`);
      await page.goto(site.url);
      await page.getByLabel("Email").waitFor();
      await shot("login");
      await page.getByLabel("Email").fill(site.account.email);
      await page.getByLabel("Password").fill(site.account.password);
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByTestId("range-button").waitFor();
      if (open.length === 0) {
        await openGone(page.context().request, site);
        desk = deskPages(site.url, await bringPeople(page.context().request, site.url));
      }
      for (const [name, go] of Object.entries(PAGES)) {
        await go(page, site);
        await settled(page);
        await shot(name);
        if (name === "data" && size[0] === 1440) await guide(page, theme);
      }
      for (const [name, go] of Object.entries(desk)) {
        await go(page);
        await page.locator("main").waitFor();
        await settled(page);
        await shot(name);
      }
      await PAGES.data(page, site);
      await settled(page);
      open.push([page, shot]);
      const stand = await reader(browser, theme, size);
      await stand.goto(gallery.url);
      await stand.getByTestId("gallery-pages").locator(".card").first().waitFor();
      await photograph(stand, `${theme}-${size[0]}-gallery`);
      await stand.context().close();
    }
  }
  // At last the host goes, under the open pages.
  await site.stop();
  for (const [page, shot] of open) {
    if (page.viewportSize().width >= 768) await page.getByTestId("refresh-now").click();
    else await page.evaluate(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true })));
    await page.getByTestId("panel-stale").first().waitFor();
    await shot("host down");
    await page.context().close();
  }
  for (const theme of THEMES) {
    for (const [title, rows] of [["sheet", names], ["pages", Object.keys(desk)]]) {
      const bytes = await sheet(browser, theme, rows, WIDTHS, (width, name) => readFile(join(SHOTS, `${theme}-${width}-${slug(name)}.png`)));
      await writeFile(join(SHEETS, `${title}-${theme}.webp`), bytes);
    }
  }
} finally {
  await browser.close();
  gallery.close();
  await site.stop();
  await rm(folder, { recursive: true, force: true });
}
if (faults) {
  console.error(`${faults} faults`);
  process.exit(1);
}

/** The picture of the guide and the README. */
async function guide(page, theme) {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 88 });
  await writeFile(join(SHEETS, `dashboard-${theme}.webp`), Buffer.from(data, "base64"));
}
