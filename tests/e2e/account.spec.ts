import { expectNoBarriers, expectNoSidewaysScrolling } from './barriers';
import { faults, logIn } from './pages';
import { client, person } from './people';
import { expect, type Site, test } from './site';
import { type Page, request } from '@playwright/test';

const dialog = (page: Page) => page.getByTestId('dialog');

async function openAccount(page: Page, site: Site, email: string) {
  await page.goto(`${site.url}/account`);
  await logIn(page, site, site.password, email);
  await expect(page.getByRole('heading', { name: email })).toBeVisible();
}

test('a password is changed by whoever knows it, and the other sessions end', async ({ page, site }) => {
  const problems = faults(page);
  const email = await person(site, 'ida', { [site.tenant]: 'viewer' });
  const elsewhere = await client(site, email);
  await openAccount(page, site, email);
  const change = page.getByRole('button', { name: 'Change password' });

  await change.click();
  await expect(page.getByLabel('Current password')).toBeFocused();
  await expect(page.getByText('Your password as it is now.')).toBeVisible();
  await page.getByLabel('Current password').fill('not the password');
  await page.getByLabel('New password', { exact: true }).fill('quiet walrus paints 9 doors');
  await page.getByLabel('New password, again').fill('quiet walrus paints 9 doors');
  await change.click();
  await expect(page.getByText('This is not your password.')).toBeVisible();
  await expect(page.getByLabel('Current password')).toHaveAttribute('aria-invalid', 'true');
  await expect(page).toHaveURL(`${site.url}/account`);

  await page.getByLabel('Current password').fill(site.password);
  await change.click();
  await expect(page.getByTestId('password-changed')).toBeVisible();
  await expect(page.getByLabel('Current password')).toHaveValue('');
  await expect(page.getByTestId('sessions').locator('tbody tr')).toHaveCount(1);
  expect((await elsewhere.get('auth/me')).status()).toBe(401);
  const again = await elsewhere.post('auth/login', { data: { email, password: 'quiet walrus paints 9 doors' } });
  expect(again.status()).toBe(200);
  expect(problems).toEqual([]);
});

test('a new password takes the tokens along for whoever asks for that, and there is nothing to ask without any', async ({ page, site }) => {
  const email = await person(site, 'uma', { [site.tenant]: 'viewer' });
  const own = await client(site, email);
  const secrets: string[] = [];
  for (const name of ['one', 'two']) {
    const made = await own.post('account/tokens', { data: { name, tenant: site.tenant, scope: 'read', days: 2 } });
    secrets.push((await made.json()).secret);
  }
  await openAccount(page, site, email);
  await page.getByLabel('Current password').fill(site.password);
  await page.getByLabel('New password', { exact: true }).fill('quiet walrus paints 9 doors');
  await page.getByLabel('New password, again').fill('quiet walrus paints 9 doors');
  await page.getByLabel('Also revoke your 2 API tokens').check();
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByTestId('password-changed')).toContainText('your API tokens are revoked');
  await expect(page.getByTestId('tokens')).toContainText('None is in use any more.');
  await expect(page.getByLabel(/Also revoke your/)).toHaveCount(0);
  const program = await request.newContext();
  for (const secret of secrets) {
    const answer = await program.get(`${site.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${secret}` } });
    expect(answer.status()).toBe(401);
  }
});

test('a new password is shown to whoever types it, and its strength is said by the rules of the host', async ({ page, site }) => {
  const email = await person(site, 'eve', { [site.tenant]: 'viewer' });
  await openAccount(page, site, email);
  const field = page.getByLabel('New password', { exact: true });
  const meter = page.getByTestId('strength');
  await expect(meter).toBeEmpty();
  for (const [text, word] of [
    ['short', 'Too short'],
    ['password1234', 'Too easy to guess'],
    [email, 'Too easy to guess'],
    ['correct horse', 'Good'],
    ['purple otters juggle kites', 'Strong'],
  ]) {
    await field.fill(text);
    await expect(meter).toHaveText(word);
  }
  await field.fill('password1234');
  await page.getByLabel('Current password').fill(site.password);
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText(/^It is too easy to guess/)).toBeVisible();

  const show = page.locator('.form-row').filter({ has: field }).getByRole('button', { name: 'Show what is typed' });
  await expect(field).toHaveAttribute('type', 'password');
  await expect(show).toHaveCSS('opacity', '1');
  const lit = meter.locator('i.on');
  await expect(lit).toHaveCount(1);
  expect((await lit.boundingBox())!.width).toBeGreaterThan(10);
  await show.click();
  await expect(field).toHaveAttribute('type', 'text');
  await expect(field).toHaveValue('password1234');
  await expect(show).toHaveAttribute('aria-pressed', 'true');
  await show.click();
  await expect(field).toHaveAttribute('type', 'password');

  // At the login, too.
  await page.context().clearCookies();
  await page.goto(`${site.url}/login`);
  const password = page.getByLabel('Password');
  await password.fill(site.password);
  await page.getByRole('button', { name: 'Show what is typed' }).click();
  await expect(password).toHaveAttribute('type', 'text');
  await expect(password).toHaveValue(site.password);
});

test('an account says what happened to it, and that its password is a new one', async ({ page, site }) => {
  const email = await person(site, 'cora', { [site.tenant]: 'viewer' });
  const elsewhere = await request.newContext({ baseURL: `${site.url}/api/v1/` });
  expect((await elsewhere.post('auth/login', { data: { email, password: 'not her password' } })).status()).toBe(401);
  await openAccount(page, site, email);
  await expect(page.getByTestId('password-news')).toContainText(/Your password was set .* from 127\.0\.0\.1\./);
  const rows = page.getByTestId('events').locator('tbody tr');
  await expect(rows.first()).toContainText('Logged in');
  await expect(rows.nth(1)).toContainText('Wrong password');
  await expect(rows.nth(1)).toContainText('127.0.0.1');
  // Who let her in is told by what they are, and not from where.
  const grant = rows.filter({ hasText: `Let into ${site.tenant}` });
  await expect(grant).toContainText('an administrator');
  await expect(grant).not.toContainText('127.0.0.1');
  await expect(page.getByTestId('events')).not.toContainText(site.admin);
  await elsewhere.dispose();
});

test('a session that is ended in one browser is over in the other', async ({ page, site, browser }) => {
  const email = await person(site, 'nora', { [site.tenant]: 'viewer' });
  const other = await (await browser.newContext()).newPage();
  await openAccount(other, site, email);
  await openAccount(page, site, email);
  const sessions = page.getByTestId('sessions');
  await expect(sessions.locator('tbody tr')).toHaveCount(2);
  const own = sessions.getByRole('row', { name: /this browser/ });
  await expect(own).toHaveCount(1);
  await expect(own.getByRole('button')).toHaveCount(0);
  await sessions.getByRole('button', { name: /^End the session/ }).click();
  await dialog(page).getByRole('button', { name: 'End' }).click();
  await expect(sessions.locator('tbody tr')).toHaveCount(1);
  await other.reload();
  await expect(other).toHaveURL(/\/login\?next=\/account/);

  // And all at once.
  await logIn(other, site, site.password, email);
  await expect(other.getByRole('heading', { name: email })).toBeVisible();
  const third = await client(site, email);
  await page.reload();
  await expect(sessions.locator('tbody tr')).toHaveCount(3);
  await sessions.getByRole('button', { name: /^End all other/ }).click();
  await dialog(page).getByRole('button', { name: 'End all others' }).click();
  await expect(sessions.locator('tbody tr')).toHaveCount(1);
  expect((await third.get('auth/me')).status()).toBe(401);
  await page.reload();
  await expect(page.getByRole('heading', { name: email })).toBeVisible();
});

test('a token is made, shown once, used, and worth nothing once it is revoked', async ({ page, site, playwright }) => {
  const problems = faults(page);
  const email = await person(site, 'vera', { [site.tenant]: 'viewer', [site.other.tenant]: 'editor' });
  await openAccount(page, site, email);
  await page.getByRole('button', { name: 'New token' }).click();
  await expect(dialog(page).getByLabel('Name')).toBeFocused();
  await dialog(page).getByRole('button', { name: 'Create' }).click();
  await expect(dialog(page).getByText('A token needs a name.')).toBeVisible();
  await dialog(page).getByLabel('Name').fill('deploy');
  // A viewer's token cannot publish; an editor's can.
  await dialog(page).getByLabel('Tenant').selectOption(site.tenant);
  await expect(dialog(page).getByLabel('May').getByRole('option')).toHaveCount(1);
  await dialog(page).getByLabel('Tenant').selectOption(site.other.tenant);
  await dialog(page).getByLabel('May').selectOption('publish');
  await dialog(page).getByLabel('Ends after').selectOption('30');
  await dialog(page).getByRole('button', { name: 'Create' }).click();
  await expect(dialog(page)).toContainText('Token “deploy”');
  const token = await page.getByTestId('secret').inputValue();
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  const row = page.getByTestId('tokens').getByRole('row', { name: /deploy/ });
  await expect(row).toContainText('publish');
  await expect(row).toContainText('never');
  await expect(page.locator('body')).not.toContainText(token);

  const program = await playwright.request.newContext({
    baseURL: `${site.url}/api/v1/`,
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
  });
  const answer = await program.get('dashboards');
  expect(answer.status()).toBe(200);
  expect((await program.get('plugins')).status()).toBe(200);
  expect((await program.get('dashboards', { headers: { 'x-porthole-tenant': site.tenant } })).status()).toBe(404);
  await page.reload();
  await expect(row).not.toContainText('never');

  await row.getByRole('button', { name: 'Revoke the token deploy' }).click();
  await dialog(page).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByTestId('tokens')).toContainText('None is in use any more.');
  expect((await program.get('dashboards')).status()).toBe(401);
  await program.dispose();
  expect(problems).toEqual([]);
});

test('the palette leads to one’s own account', async ({ page, site }) => {
  const email = await person(site, 'lou', { [site.tenant]: 'viewer' });
  await page.goto(`${site.url}/t/${site.tenant}`);
  await logIn(page, site, site.password, email);
  await expect(page).toHaveURL(/\/d\/default/);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('page account');
  await expect(page.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${site.url}/account`);
  await expect(page.getByRole('heading', { name: email })).toBeVisible();
});

for (const theme of ['dark', 'light'] as const) {
  test(`one's own account has no serious barrier in the ${theme} theme, nor sticks out of a phone`, async ({ page, site }) => {
    const email = await person(site, `account-${theme}`, { [site.tenant]: 'viewer' });
    await page.addInitScript((theme) => localStorage.setItem('porthole.theme', theme), theme);
    await openAccount(page, site, email);
    await expect(page.locator('[aria-busy=true]:visible')).toHaveCount(0);
    await expectNoBarriers(page, 'account');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expectNoBarriers(page, 'a password that is wrong');
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScrolling(page, 'account');
    await page.getByRole('button', { name: 'New token' }).click();
    await dialog(page).getByLabel('Name').fill('a program');
    await expectNoBarriers(page, 'new token');
    await dialog(page).getByRole('button', { name: 'Create' }).click();
    await expect(page.getByTestId('secret')).toBeVisible();
    await expectNoBarriers(page, 'made token');
    await expectNoSidewaysScrolling(page, 'made token');
  });
}
