// Walks through the UI on the mock server and says of each step whether it did what it should.
//
//   node ui/dev/mock-server.mjs &
//   node ui/dev/journey.mjs [address] [email] [password]
//
// CHROMIUM names the browser; /usr/bin/chromium without.
import { chromium } from "playwright-core";
const address = process.argv[2] ?? "http://127.0.0.1:8090";
const [email, password] = [process.argv[3] ?? "maria.rossi@example.com", process.argv[4] ?? "porthole"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 1180 }, timezoneId: "Europe/Berlin" });
const page = await context.newPage();
page.on("pageerror", (e) => console.log("PAGEERROR", e.message.slice(0, 300)));
page.on("console", (m) => m.type() === "error" && !/Failed to load/.test(m.text()) && console.log("CONSOLE", m.text().slice(0, 600)));
const requests = [];
page.on("request", (r) => r.url().includes("/data?") && requests.push(r.url()));
let failed = 0;
const check = (name, ok, more = "") => {
  if (!ok) failed += 1;
  console.log(ok ? "ok  " : "FAIL", name, more);
};
await page.goto(address + "/t/tenant-alpha/d/default?from=now-12h&to=now");
await page.getByLabel("Email").waitFor();
check("login keeps the way back", page.url().includes("next="), page.url());
await page.getByLabel("Email").fill(email);
await page.getByLabel("Password").fill("wrong");
await page.getByRole("button", { name: "Log in" }).click();
await page.getByText("Email or password is wrong").waitFor();
check("wrong password says so", true);
await page.getByLabel("Password").fill(password);
await page.getByRole("button", { name: "Log in" }).click();
await page.getByTestId("range-button").waitFor();
check("back to the same place", page.url().includes("/d/default?from=now-12h"), page.url());
check("range title", (await page.getByTestId("range-button").innerText()).includes("Last 12 hours"));
await page.getByTestId("kpi-value").first().waitFor();
check("kpi", (await page.getByTestId("panel-memory").getByTestId("kpi-value").innerText()) === "71.4");
await page.locator(".uplot").first().waitFor();
// range
await page.getByTestId("range-button").click();
await page.getByLabel("From", { exact: true }).fill("nonsense");
await page.getByRole("button", { name: "Apply" }).click();
check("bad moment is named", (await page.locator("#range-from-fault").innerText()).length > 0, await page.locator("#range-from-fault").innerText());
await page.getByLabel("From", { exact: true }).fill("2026-11-20 14:30");
await page.getByLabel("To", { exact: true }).fill("2026-11-21 02:00");
await page.getByRole("button", { name: "Apply" }).click();
await page.waitForTimeout(600);
check("absolute range in the address", page.url().includes("from=2026-11-20T13:30:00Z&to=2026-11-21T01:00:00Z"), page.url());
check("asked with it", requests.at(-1).includes("start_date=2026-11-20T13:30:00Z"), requests.at(-1));
await page.goBack();
await page.waitForTimeout(500);
check("back works", page.url().includes("now-12h") && (await page.getByTestId("range-button").innerText()).includes("Last 12 hours"));
// drag
const plot = await page.getByTestId("panel-cpu").locator(".u-over").boundingBox();
await page.mouse.move(plot.x + 200, plot.y + 40);
await page.mouse.down();
await page.mouse.move(plot.x + 320, plot.y + 50, { steps: 5 });
await page.mouse.up();
await page.waitForTimeout(800);
check("drag zooms", /from=20\d\d-.*Z/.test(page.url()), page.url());
const plot2 = await page.getByTestId("panel-cpu").locator(".u-over").boundingBox();
await page.mouse.dblclick(plot2.x + 200, plot2.y + 40);
await page.waitForTimeout(600);
check("double click zooms out", true, page.url());
await page.getByTestId("zoom-out").click();
await page.waitForTimeout(400);
await page.mouse.move(plot2.x + 100, plot2.y + 60);
await page.waitForTimeout(200);
check("tooltip", await page.getByTestId("chart-tooltip").isVisible(), (await page.getByTestId("chart-tooltip").innerText()).replace(/\n/g, " "));
// legend
const legend = page.getByTestId("panel-cpu").getByRole("group", { name: "Series" }).getByRole("button");
await legend.nth(1).click();
await page.waitForTimeout(200);
check("legend isolates", (await legend.evaluateAll((b) => b.map((x) => x.getAttribute("aria-pressed")).join())) === "false,true,false,false,false");
await legend.nth(1).click();
await legend.nth(0).click({ modifiers: ["Control"] });
await page.waitForTimeout(200);
check("ctrl toggles", (await legend.evaluateAll((b) => b.map((x) => x.getAttribute("aria-pressed")).join())) === "false,true,true,true,true");
// keyboard cursor
await page.getByTestId("panel-cpu").locator(".plot").focus();
await page.keyboard.press("End");
await page.keyboard.press("ArrowLeft");
await page.waitForTimeout(200);
check("keyboard cursor", await page.getByTestId("chart-tooltip").isVisible());
await page.keyboard.press("Escape");
// as table
await page.getByTestId("panel-cpu").hover();
await page.getByTestId("panel-cpu").getByTestId("panel-menu").click();
await page.getByRole("menuitem", { name: "View as table" }).click();
check("view as table", await page.getByTestId("chart-table").isVisible(), (await page.getByTestId("chart-table").locator("tbody tr").first().innerText()).replace(/\s+/g, " "));
await page.getByTestId("panel-cpu").hover();
await page.getByTestId("panel-cpu").getByTestId("panel-menu").click();
await page.getByRole("menuitem", { name: "View as chart" }).click();
check("view as chart again", await page.getByTestId("panel-cpu").locator(".uplot").isVisible());
// table
const log = page.getByTestId("panel-log");
await log.getByRole("button", { name: "Service" }).click();
await page.waitForTimeout(500);
check("sort", requests.at(-1).includes("sort=service"), requests.at(-1).split("?")[1]);
await log.getByRole("button", { name: "Severity" }).click({ modifiers: ["Shift"] });
await page.waitForTimeout(500);
check("shift sort", requests.at(-1).includes("sort=service,severity"));
await log.getByRole("button", { name: "Page 2" }).click();
await page.waitForTimeout(500);
check("page", requests.at(-1).includes("page=2"), await log.locator(".pager span").first().innerText());
await log.getByRole("button", { name: "Filter columns" }).click();
await log.getByLabel("Filter Service").pressSequentially("mail", { delay: 30 });
await page.waitForTimeout(1000);
check("filter", requests.at(-1).includes("filter%5Bservice%5D=mail"), await log.locator(".pager span").first().innerText());
check("filter keeps focus", await log.getByLabel("Filter Service").evaluate((e) => e === document.activeElement && e.value === "mail"));
// refresh
const n = requests.length;
await page.getByTestId("refresh-now").click();
await page.waitForTimeout(600);
check("refresh asks fresh", requests.length > n && requests.at(-1).includes("fresh=true"));
await page.getByTestId("refresh-interval").click();
await page.getByRole("menuitemradio", { name: "5 s", exact: true }).click();
await page.waitForTimeout(300);
check("interval in address", page.url().includes("refresh=5s"));
const m = requests.length;
await page.waitForTimeout(7000);
check("asks again by itself", requests.length > m, String(requests.length - m));
// menus
await page.getByTestId("user-menu").click();
await page.getByRole("menuitemradio", { name: "Light" }).click();
check("theme", (await page.evaluate(() => document.documentElement.dataset.theme)) === "light");
await page.keyboard.press("Escape");
check("escape closes", !(await page.getByRole("menu").isVisible().catch(() => false)));
await page.getByTestId("dashboard-menu").click();
await page.waitForTimeout(100);
await page.getByRole("menuitem", { name: /Every state/ }).click();
await page.getByTestId("panel-yaml").waitFor();
check("other dashboard keeps range", /states\?from=/.test(page.url()), page.url());
await page.getByTestId("tenant-menu").click();
await page.getByRole("menuitem", { name: /Beta/ }).click();
await page.waitForURL(/tenant-beta\/d\/default/);
check("other tenant", true, page.url());
await page.goBack();
await page.waitForTimeout(800);
check("back to the tenant", page.url().includes("tenant-alpha"), page.url());
await page.goto(address + "/t/tenant-alpha/nonsense");
await page.getByText("There is no such page").waitFor();
check("not found", true);
await page.getByTestId("user-menu").click();
await page.getByRole("menuitem", { name: "Log out" }).click();
await page.getByLabel("Email").waitFor();
check("log out", page.url().includes("/login"));
await browser.close();
process.exit(failed ? 1 : 0);
