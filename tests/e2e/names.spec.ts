// Names as long as they may be, with blanks and without, in every list that shows them.

import { expectNoSidewaysScrolling } from './barriers';
import { logIn, openAsAdmin } from './pages';
import { client } from './people';
import { expect, test } from './site';
import type { Locator } from '@playwright/test';

/** As long as an address may be, and without a place to break it. */
const LOCAL = `${'x'.repeat(54)}-long`;
const EMAIL = `${LOCAL}@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.org`;
const NAME = 'n'.repeat(200);
const TOKEN = 't'.repeat(100);

/** Rows are as high as one line of each thing in them needs, and no text paints over its neighbour. */
async function expectNeat(table: Locator, name: string, lines: number) {
  await expect(table, name).toBeVisible();
  const told = await table.evaluate((table, most) => {
    const found: string[] = [];
    for (const row of table.querySelectorAll('tbody tr')) {
      const { height } = row.getBoundingClientRect();
      if (height > most) found.push(`${height} px: ${row.textContent?.slice(0, 60)}`);
      for (const cell of row.querySelectorAll('td')) {
        const edge = cell.getBoundingClientRect().right + 1;
        for (const inner of cell.querySelectorAll('*')) {
          if (inner.getBoundingClientRect().right > edge) found.push(`sticks out: ${inner.textContent?.slice(0, 60)}`);
        }
      }
    }
    if (table.scrollWidth > (table.parentElement?.clientWidth ?? 0)) found.push('wider than its box');
    return found;
  }, lines * 30);
  expect(told, name).toEqual([]);
}

test('a name as long as it may be takes its place in a list and no more, and is read whole all the same', async ({ page, site }) => {
  test.setTimeout(120_000);
  const admin = await client(site);
  const made = await admin.post('admin/users', { data: { email: EMAIL, full_name: NAME, is_admin: false } });
  expect(made.status()).toBe(201);
  const { user, url } = (await made.json()) as { user: string; url: string };
  await admin.post('auth/link', { data: { link: url.split('#')[1], password: site.password } });
  const email = EMAIL.toLowerCase();
  await admin.put(`admin/tenants/${site.tenant}/grants/${email}`, { data: { role: 'editor' } });
  const theirs = await client(site, email);
  const token = await theirs.post('account/tokens', { data: { name: TOKEN, tenant: site.tenant, scope: 'read', days: 7 } });
  expect(token.status()).toBe(201);

  await openAsAdmin(page, site, '/admin/users');
  await page.getByLabel('Search accounts').fill('-long@');
  for (const width of [1440, 768]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${site.url}/admin/users`);
    await expectNeat(page.getByTestId('users'), `users at ${width}`, 3);
    await page.goto(`${site.url}/admin/users/${user}`);
    await expectNeat(page.getByTestId('grants'), `grants at ${width}`, 3);
    await expectNeat(page.getByTestId('tokens').getByRole('table'), `tokens at ${width}`, 2);
    await page.goto(`${site.url}/t/${site.tenant}/members`);
    await expectNeat(page.getByTestId('members'), `members at ${width}`, 4);
    await page.goto(`${site.url}/admin/tenants`);
    await expectNeat(page.getByTestId('tenants'), `tenants at ${width}`, 3);
  }
  await page.goto(`${site.url}/t/${site.tenant}/audit`);
  await expect(page.getByTestId('audit')).toBeVisible();

  // Cut, and whole: under the pointer, and for whoever comes by with the keyboard.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${site.url}/t/${site.tenant}/members`);
  const cut = page.getByTestId('members').getByTitle(email);
  await expect(cut).toHaveText(email);
  const isCut = () => cut.evaluate((element) => element.scrollWidth > element.clientWidth);
  expect(await isCut()).toBe(true);
  await cut.focus();
  await expect.poll(isCut).toBe(false);
  await page.goto(`${site.url}/admin/users/${user}`);
  await expect(page.getByRole('heading', { name: NAME })).toBeVisible();

  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ['/admin/users', `/admin/users/${user}`, `/t/${site.tenant}/members`, `/t/${site.tenant}/audit`, '/admin/tenants']) {
    await page.goto(site.url + path);
    await expect(page.locator('main')).toBeVisible();
    await expect(page.locator('[aria-busy=true]:visible')).toHaveCount(0);
    await expectNoSidewaysScrolling(page, path);
  }
  // Its owner's own page and menu.
  await page.context().clearCookies();
  await page.goto(`${site.url}/account`);
  await logIn(page, site, site.password, email);
  await expect(page.getByRole('heading', { name: NAME })).toBeVisible();
  await expectNoSidewaysScrolling(page, 'account');
  await page.getByTestId('user-menu').click();
  await expectNoSidewaysScrolling(page, 'menu');
  await admin.delete(`admin/users/${user}`);
});
