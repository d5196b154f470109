// One picture of many: a row for each page, its widths beside each other.

/** Pixels of the sheet for one of the page's. */
const SCALE = 0.5;
const INK = { dark: ["#0b0d10", "#98a1b0"], light: ["#e9ebef", "#5a6575"] };

/** The sheet as WebP; `read(width, name)` gives a page's PNG. */
export async function sheet(browser, theme, names, widths, read) {
  const rows = [];
  for (const name of names) {
    const pictures = [];
    for (const [width] of widths) {
      const bytes = await read(width, name);
      pictures.push(`<img width="${width * SCALE}" src="data:image/png;base64,${bytes.toString("base64")}">`);
    }
    rows.push(`<h2>${name}</h2><div>${pictures.join("")}</div>`);
  }
  const [back, ink] = INK[theme];
  const total = widths.reduce((sum, [width]) => sum + width * SCALE + 16, 16);
  const page = await browser.newPage({ viewport: { width: total, height: 800 } });
  await page.setContent(
    `<style>body{margin:0 16px 16px;background:${back};color:${ink};font:500 13px system-ui}h2{margin:14px 0 6px;font:inherit;text-transform:capitalize}div{display:flex;align-items:flex-start;gap:16px}img{border-radius:6px;outline:1px solid ${ink}40}</style>${rows.join("")}`,
  );
  await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", {
    format: "webp",
    quality: 72,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: total, height, scale: 1 },
  });
  await page.close();
  return Buffer.from(data, "base64");
}
