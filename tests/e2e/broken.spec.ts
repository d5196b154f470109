// A dashboard's file that became faulty while the host runs.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { logIn, openDashboard, panel } from './pages';
import { person } from './people';
import { expect, test } from './site';

test('a dashboard whose file became faulty says that it is the last good version, and where the fault is to whoever may mend it', async ({ page, site, browser }) => {
  const file = join(site.folder, 'config/tenants', site.tenant, 'dashboards/default.yaml');
  const good = readFileSync(file, 'utf8');
  const said = page.getByTestId('dashboard-faults');
  await openDashboard(page, site);
  await expect(said).toHaveCount(0);
  const editor = await browser.newContext();
  try {
    writeFileSync(file, 'dashboard:\n  name: "Servers"\n  panels: [\n');
    await expect(async () => {
      await page.reload();
      await expect(said).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await expect(said).toContainText('This dashboard shows its last good version.');
    await expect(said).not.toContainText('.yaml');
    await expect(panel(page, 'usage')).toBeVisible();

    const theirs = await editor.newPage();
    await theirs.goto(`${site.url}/t/${site.tenant}/d/default`);
    await logIn(theirs, site, site.password, await person(site, 'mender', { [site.tenant]: 'editor' }));
    await expect(theirs.getByTestId('dashboard-faults')).toContainText(/tenants\/servers\/dashboards\/default\.yaml:\d+:\d+/);
  } finally {
    writeFileSync(file, good);
    await editor.close();
  }
  await expect(async () => {
    await page.reload();
    await expect(panel(page, 'usage')).toBeVisible();
    await expect(said).toHaveCount(0, { timeout: 1_000 });
  }).toPass();
});
