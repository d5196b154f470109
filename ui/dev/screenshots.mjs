// Takes pictures of the UI in every width and look, from the mock server or from any running host.
//
//   node ui/dev/mock-server.mjs &
//   node ui/dev/screenshots.mjs [folder] [address] [email] [password]
//
// CHROMIUM names the browser; /usr/bin/chromium without.
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

const [folder = "screenshots", address = "http://127.0.0.1:8090", email = "maria.rossi@example.com", password = "porthole"] = process.argv.slice(2);
const only = process.env.ONLY?.split(",");
await mkdir(folder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let faults = 0;

async function open(theme, width, height) {
  const context = await browser.newContext({ viewport: { width, height }, timezoneId: "Europe/Berlin" });
  await context.addInitScript((theme) => localStorage.setItem("porthole.theme", theme), theme);
  const page = await context.newPage();
  page.on("console", (message) => {
    // An answer that is an error is logged by the browser; the panels that show them mean to.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) {
      faults += 1;
      console.error(`${theme} ${width}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => {
    faults += 1;
    console.error(`${theme} ${width}: ${error}`);
  });
  await page.goto(address);
  await page.getByLabel("Email").waitFor();
  return page;
}

async function logIn(page) {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByTestId("range-button").waitFor();
}

/** Until no panel shows its first-load shape any more. */
async function settle(page) {
  await page.waitForFunction(() => {
    const inView = [...document.querySelectorAll(".panel")].filter((p) => p.getBoundingClientRect().top < innerHeight);
    return inView.length > 0 && inView.every((p) => !p.querySelector(".skeleton") || /Never answers/.test(p.textContent));
  });
  await page.waitForTimeout(200);
}

const wanted = (name) => !only || only.some((part) => name.includes(part));
async function shot(page, name, options = {}) {
  if (wanted(name)) await page.screenshot({ path: `${folder}/${name}.png`, ...options });
}

async function ownPanels(page, name, width, height) {
  const tenant = `${address}/t/tenant-alpha`;
  const narrower = async (what) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) {
      faults += 1;
      console.error(`${name}-${what}: ${over} px wider than the screen`);
    }
  };
  await page.setViewportSize({ width, height: width === 390 ? 3600 : 1560 });
  await page.goto(`${tenant}/d/plugins?receipt=1`);
  await page.getByTestId("rest").waitFor();
  await page.waitForTimeout(2500);
  await narrower("own-panels");
  await shot(page, `${name}-own-panels`);
  const panel = page.getByTestId("panel-summary-page");
  await panel.hover();
  await panel.getByTestId("panel-menu").click();
  await page.waitForTimeout(150);
  await shot(page, `${name}-receipt`);
  await page.setViewportSize({ width, height });
  await page.goto(`${tenant}/plugins`);
  await page.getByTestId("plugin-network-topology").waitFor();
  await page.getByLabel("Choose a component").setInputFiles([
    { name: "service-map.wasm", mimeType: "application/wasm", buffer: Buffer.concat([Buffer.from("\0asm"), Buffer.alloc(70_000)]) },
    { name: "service-map.wasm.minisig", mimeType: "text/plain", buffer: Buffer.from("untrusted comment: signature") },
  ]);
  await narrower("plugins");
  await shot(page, `${name}-plugins`, { fullPage: true });
  await page.getByTestId("publish").click();
  await page.getByTestId("published").waitFor();
  await shot(page, `${name}-published`);
  await page.getByLabel("Choose a component").setInputFiles({ name: "notes.wasm", mimeType: "", buffer: Buffer.from("# not a component") });
  await page.getByTestId("publish").click();
  await page.getByTestId("trouble").waitFor();
  await shot(page, `${name}-publish-refused`);
  await page.goto(`${tenant}/plugins/network-topology`);
  await page.getByTestId("plugin-log").getByText("drew 5 nodes").first().waitFor();
  await narrower("plugin");
  await shot(page, `${name}-plugin`, { fullPage: true });
  await page.getByRole("button", { name: "Remove version 1.0.3" }).click();
  await page.waitForTimeout(100);
  await shot(page, `${name}-plugin-confirm`);
  for (const other of ["heatmap", "billing", "fleet-map", "quarterly-report", "nonsense"]) {
    await page.goto(`${tenant}/plugins/${other}`);
    await page.waitForTimeout(500);
    await shot(page, `${name}-plugin-${other}`);
  }
}

for (const theme of ["dark", "light"]) {
  for (const [width, height] of [[1440, 1180], [768, 1180], [390, 2600]]) {
    const name = `${theme}-${width}`;
    if (!wanted(name)) continue;
    const page = await open(theme, width, width === 390 ? 844 : height);
    await shot(page, `${name}-login`);
    await logIn(page);
    await page.setViewportSize({ width, height });
    await settle(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) {
      faults += 1;
      console.error(`${name}: ${over} px wider than the screen`);
    }
    await shot(page, name);
    const plot = page.locator(".plot").first();
    if (await plot.count()) {
      const box = await plot.boundingBox();
      await page.mouse.move(box.x + box.width * 0.62, box.y + box.height * 0.4);
      await page.waitForTimeout(150);
      await shot(page, `${name}-cursor`);
      await page.mouse.move(2, 2);
    }
    await page.getByTestId("range-button").click();
    await page.waitForTimeout(150);
    await shot(page, `${name}-range`);
    await page.keyboard.press("Escape");
    await page.goto(`${address}/t/tenant-alpha/d/states`);
    await page.getByTestId("range-button").waitFor();
    await page.waitForTimeout(5500);
    await shot(page, `${name}-states`);
    // What a tenant's plugins show, and their pages; these are only on the stand-in for the host.
    if (address.endsWith(":8090")) await ownPanels(page, name, width, height);
    await page.context().close();
  }
}
await browser.close();
if (faults) {
  console.error(`${faults} faults`);
  process.exit(1);
}
