import { logIn, openDashboard, panel } from './pages';
import { expect, test } from './site';

test('a wrong password is refused with a sentence', async ({ page, site }) => {
  await page.goto(site.url);
  await logIn(page, site, 'not the password');
  await expect(page.getByRole('alert')).toContainText(/password/i);
  await expect(page).toHaveURL(/\/login/);
});

test('the way back in leads to where the reader was going', async ({ page, site }) => {
  const address = `/t/${site.tenant}/d/default?from=2026-01-05T00%3A00%3A00Z&to=2026-01-05T04%3A00%3A00Z`;
  await page.goto(site.url + address);
  await expect(page).toHaveURL(/\/login/);
  await logIn(page, site);
  await expect(page).toHaveURL(new RegExp(`/t/${site.tenant}/d/default\\?.*from=2026-01-05`));
  await expect(panel(page, 'latest').getByTestId('kpi-value')).toBeVisible();
});

test('a logged-out reader sees nothing any more', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.context().clearCookies();
  await page.reload();
  await expect(page).toHaveURL(/\/login/);
  await expect(panel(page, 'usage')).toHaveCount(0);
});
