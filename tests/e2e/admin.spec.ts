import { expectNoBarriers, expectNoSidewaysScrolling } from './barriers';
import { chooseRange, faults, logIn, openAsAdmin, openDashboard, panel } from './pages';
import { client, person } from './people';
import { within } from './readings';
import { expect, type Site, test } from './site';
import type { Page } from '@playwright/test';

const DAY = 'from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z';

const dialog = (page: Page) => page.getByTestId('dialog');

async function openAs(page: Page, site: Site, email: string, path: string) {
  await page.goto(site.url + path);
  await logIn(page, site, site.password, email);
}

test('an administrator makes an account and lets it into a tenant, and its owner sees just that', async ({ page, site, browser }) => {
  const problems = faults(page);
  await openAsAdmin(page, site, '/admin/users');
  await page.getByRole('button', { name: 'New account' }).click();
  await expect(dialog(page).getByLabel('Email')).toBeFocused();

  await dialog(page).getByLabel('Email').fill('grace');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText('This is not an email address.')).toBeVisible();
  await expect(dialog(page).getByLabel('Email')).toBeFocused();
  await expect(dialog(page).getByLabel('Email')).toHaveAttribute('aria-invalid', 'true');
  await dialog(page).getByLabel('Email').fill(site.email);
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByText(`There is an account with the email ${site.email} already.`)).toBeVisible();

  await dialog(page).getByLabel('Email').fill('Grace@Example.org');
  await dialog(page).getByLabel('Name').fill('Grace Hopper');
  await dialog(page).getByRole('button', { name: 'Create' }).click();
  await expect(dialog(page)).toContainText('A link for grace@example.org');
  const link = await page.getByTestId('secret').inputValue();
  expect(link).toMatch(new RegExp(`^${site.url}/password#.{20,}$`));
  await dialog(page).getByRole('button', { name: 'Done' }).click();
  await expect(dialog(page)).toHaveCount(0);

  const row = page.getByRole('row', { name: /grace@example\.org/ });
  await expect(row).toContainText('no password');
  await expect(row).toContainText('never');
  await row.getByRole('link').click();
  await expect(page.getByRole('heading', { name: 'Grace Hopper' })).toBeVisible();
  await expect(page.getByTestId('no-grants')).toBeVisible();
  await page.getByLabel('Let into').selectOption({ label: site.other.name });
  await page.getByRole('button', { name: 'Let in' }).click();
  await expect(page.getByTestId('grants').getByRole('row', { name: new RegExp(site.other.name) })).toBeVisible();

  // Somebody else, somewhere else.
  const theirs = await browser.newContext();
  const own = await theirs.newPage();
  const secret = link.split('#')[1];
  const told: string[] = [];
  own.on('request', (request) => {
    const sent = [request.url(), ...Object.values(request.headers())].join('\n');
    if (sent.includes(secret)) told.push(request.url());
  });
  const uses: string[] = [];
  own.on('request', (request) => {
    if (request.postData()?.includes(secret)) uses.push(new URL(request.url()).pathname);
  });
  await own.goto(link);
  await expect(own.getByRole('heading', { name: 'Choose a password' })).toBeVisible();
  await expect(own).toHaveURL(`${site.url}/password`);
  await expect(own.getByLabel('New password', { exact: true })).toBeFocused();
  await own.getByLabel('New password', { exact: true }).fill('short');
  await own.keyboard.press('Enter');
  await expect(own.getByText('It is too short: take at least 12 characters.')).toBeVisible();
  await own.getByLabel('New password', { exact: true }).fill('purple otters juggle kites');
  await own.getByLabel('New password, again').fill('purple otters juggle kits');
  await own.keyboard.press('Enter');
  await expect(own.getByText('This is not the same.')).toBeVisible();
  await expect(own.getByLabel('New password, again')).toBeFocused();
  await own.getByLabel('New password, again').fill('purple otters juggle kites');
  await own.keyboard.press('Enter');
  await expect(own.getByRole('heading', { name: 'Your password is set' })).toBeVisible();
  expect(told).toEqual([]);
  expect(uses).toEqual(['/api/v1/auth/link']);

  await own.getByRole('button', { name: 'Log in' }).click();
  await logIn(own, site, 'purple otters juggle kites', 'grace@example.org');
  await expect(own).toHaveURL(new RegExp(`/t/${site.other.tenant}/d/default`));
  await own.getByTestId('tenant-menu').click();
  await expect(own.getByRole('menuitem')).toHaveText([new RegExp(site.other.name)]);
  await own.goto(`${site.url}/t/${site.tenant}/d/default`);
  await expect(own.getByText('This tenant is not open to you')).toBeVisible();

  await own.goto(link);
  await own.getByLabel('New password', { exact: true }).fill('green badgers mend 7 clocks');
  await own.getByLabel('New password, again').fill('green badgers mend 7 clocks');
  await own.keyboard.press('Enter');
  await expect(own.getByText('This link opens nothing any more')).toBeVisible();
  await theirs.close();
  expect(problems).toEqual([]);
});

test('whoever is no administrator is told so at /admin, and is offered no way there', async ({ page, site }) => {
  await openDashboard(page, site);
  await page.getByTestId('user-menu').click();
  await expect(page.getByRole('menuitem', { name: 'Account' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Administration' })).toHaveCount(0);
  await expect(page.getByRole('menuitem', { name: 'Members' })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('administration');
  await expect(page.getByRole('option')).toHaveCount(0);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  for (const path of ['/admin', '/admin/users', '/admin/tenants', `/admin/tenants/${site.tenant}`, '/admin/sessions', '/admin/audit']) {
    await page.goto(site.url + path);
    await expect(page.getByTestId('forbidden')).toContainText('This page is for administrators');
    await expect(page.getByTestId('forbidden')).toContainText(site.email);
  }
  await page.goto(`${site.url}/t/${site.tenant}/members`);
  await expect(page.getByTestId('forbidden')).toContainText("tenant's admins");
  expect(asked.filter((path) => path.includes('/admin/') && path.startsWith('/api/'))).toEqual([]);
  await page.getByRole('link', { name: 'To the start page' }).click();
  await expect(page).toHaveURL(new RegExp(`/t/${site.tenant}/d/default`));
});

test('two tabs on two tenants each show their own', async ({ page, site }) => {
  const both = await person(site, 'both', { [site.tenant]: 'viewer', [site.other.tenant]: 'viewer' });
  await openAs(page, site, both, `/t/${site.tenant}/d/default?${DAY}`);
  const second = await page.context().newPage();
  await second.goto(`${site.url}/t/${site.other.tenant}/d/default?${DAY}`);

  const [start, end] = [Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 6)];
  const theirs = within(site.other.readings, start, end).at(-1)!.value;
  const ours = [...site.readings.values()].map((readings) => within(readings, start, end).at(-1)!.value);
  const shows = async (tab: Page, values: number[]) => {
    const value = panel(tab, 'latest').getByTestId('kpi-value');
    await expect(async () => expect(values).toContain(Number.parseFloat((await value.innerText()).trim()))).toPass();
  };
  expect(ours).not.toContain(theirs);
  await shows(second, [theirs]);
  await shows(page, ours);
  // Also after each has chosen its tenant for the session, and asks anew.
  await second.getByTestId('tenant-menu').click();
  await second.getByRole('menuitem', { name: site.other.name }).click();
  await expect(second).toHaveURL(new RegExp(`/t/${site.other.tenant}/d/default`));
  await page.bringToFront();
  await page.keyboard.press('r');
  await page.reload();
  await shows(page, ours);
  await expect(page.getByTestId('tenant-menu')).toContainText('Our servers');
  await second.goto(`${site.url}/t/${site.other.tenant}/d/default?${DAY}`);
  await shows(second, [theirs]);
});

test('from the login to a tenant, and in the same page on to another, whose data it then shows', async ({ page, site }) => {
  const problems = faults(page);
  const both = await person(site, 'across', { [site.tenant]: 'viewer', [site.other.tenant]: 'viewer' });
  const [start, end] = [Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 6)];
  const theirs = within(site.other.readings, start, end).at(-1)!.value;
  const ours = [...site.readings.values()].map((readings) => within(readings, start, end).at(-1)!.value);
  const shows = async (values: number[]) => {
    const value = panel(page, 'latest').getByTestId('kpi-value');
    await expect(async () => expect(values).toContain(Number.parseFloat((await value.innerText()).trim()))).toPass();
  };
  const select = async (name: string, tenant: string) => {
    await page.getByTestId('tenant-menu').click();
    await page.getByRole('menuitem', { name }).click();
    await expect(page).toHaveURL(new RegExp(`/t/${tenant}/d/default`));
    await expect(page.getByTestId('tenant-menu')).toContainText(name);
  };
  await openAs(page, site, both, '/');
  await expect(page).toHaveURL(/\/t\/[^/]+\/d\/default/);
  // A reload would take it away.
  await page.evaluate(() => ((window as unknown as { kept: number }).kept = 1));
  await select('Our servers', site.tenant);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-06 00:00');
  await shows(ours);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (/\/panels\/.*\/data/.test(request.url())) asked.push(request.headers()['x-porthole-tenant']);
  });
  await select(site.other.name, site.other.tenant);
  await chooseRange(page, '2026-01-05 00:00', '2026-01-06 00:00');
  await shows([theirs]);
  expect(new Set(asked)).toEqual(new Set([site.other.tenant]));
  // The session knows it, too: the start leads there.
  expect(await page.evaluate(() => (window as unknown as { kept: number }).kept)).toBe(1);
  await page.goto(site.url);
  await expect(page).toHaveURL(new RegExp(`/t/${site.other.tenant}/d/default`));
  expect(problems).toEqual([]);
});

test('an account is renamed, switched off and on, and removed after a question that names it', async ({ page, site, browser }) => {
  const problems = faults(page);
  const email = await person(site, 'joan', { [site.tenant]: 'viewer' });
  const theirs = await (await browser.newContext()).newPage();
  await openAs(theirs, site, email, '/account');
  await expect(theirs.getByRole('heading', { name: email })).toBeVisible();

  await openAsAdmin(page, site, '/admin/users');
  await page.getByLabel('Search accounts').fill('joan');
  await expect(page.getByTestId('users').getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: email }).click();
  await page.getByRole('button', { name: 'Edit' }).click();
  await expect(dialog(page).getByLabel('Name')).toBeFocused();
  await dialog(page).getByLabel('Name').fill('Joan Clarke');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Joan Clarke' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Edit' })).toBeFocused();

  await page.getByLabel(`Role of ${email} in Our servers`).selectOption('editor');
  await page.getByRole('button', { name: /^Save the role of/ }).click();
  await expect(page.getByRole('button', { name: /^Save the role of/ })).toHaveCount(0);
  await expect(page.getByLabel(`Role of ${email} in Our servers`)).toHaveValue('editor');

  await page.getByRole('button', { name: `Switch off ${email}` }).click();
  await expect(dialog(page).getByRole('heading')).toHaveText(`Switch ${email} off?`);
  await expect(dialog(page).getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: `Switch off ${email}` })).toBeFocused();
  await page.getByRole('button', { name: `Switch off ${email}` }).click();
  await dialog(page).getByRole('button', { name: 'Switch off' }).click();
  await expect(page.getByText('This account is off')).toBeVisible();
  await expect(page.getByTestId('sessions')).toContainText('No session is open.');
  await theirs.reload();
  await expect(theirs).toHaveURL(/\/login/);
  await page.getByRole('button', { name: `Switch on ${email}` }).click();
  await dialog(page).getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByText('This account is off')).toHaveCount(0);

  await page.getByRole('button', { name: `Delete ${email}` }).click();
  await expect(dialog(page).getByRole('heading')).toHaveText(`Delete ${email} for good?`);
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/admin\/users$/);
  await expect(page.getByTestId('users')).toBeVisible();
  await expect(page.getByRole('link', { name: email })).toHaveCount(0);
  await page.getByLabel('Search accounts').fill('joan');
  await expect(page.getByTestId('no-users')).toBeVisible();
  expect(problems).toEqual([]);
});

test("an administrator ends somebody's session and revokes their token", async ({ page, site }) => {
  const email = await person(site, 'tommy', { [site.tenant]: 'viewer' });
  const theirs = await client(site, email);
  const made = await theirs.post('account/tokens', {
    data: { name: 'wall screen', tenant: site.tenant, scope: 'read', days: 7 },
  });
  expect(made.status()).toBe(201);
  await openAsAdmin(page, site, '/admin/users');
  await page.getByRole('link', { name: email }).click();
  await page.getByRole('button', { name: 'Revoke the token wall screen' }).click();
  await expect(dialog(page).getByRole('heading')).toHaveText('Revoke the token “wall screen”?');
  await dialog(page).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByTestId('tokens')).toContainText('None is in use any more.');
  await page.getByLabel(/Show those that are over/).check();
  await expect(page.getByTestId('tokens').getByRole('row', { name: /wall screen/ })).toContainText('revoked');
  await page.getByTestId('sessions').getByRole('button', { name: /^End the session from/ }).click();
  await dialog(page).getByRole('button', { name: 'End' }).click();
  await expect(page.getByTestId('sessions')).toContainText('No session is open.');
  expect((await theirs.get('auth/me')).status()).toBe(401);
});

test('a tenant is switched off and on, and its database is said to answer', async ({ page, site }) => {
  const problems = faults(page);
  await openAsAdmin(page, site, '/admin/tenants');
  const row = page.getByTestId(`tenant-${site.other.tenant}`);
  await expect(row).toContainText('answers');
  await row.getByRole('button', { name: `Switch off ${site.other.name}` }).click();
  await dialog(page).getByRole('button', { name: 'Switch off' }).click();
  await expect(row.getByText('off', { exact: true })).toBeVisible();
  await expect(row.getByRole('button', { name: `Switch on ${site.other.name}` })).toBeFocused();
  await row.getByRole('button', { name: `Switch on ${site.other.name}` }).click();
  await dialog(page).getByRole('button', { name: 'Switch on' }).click();
  await expect(row.getByText('on', { exact: true })).toBeVisible();

  const email = await person(site, 'hugh', {});
  await row.getByRole('link').click();
  await page.getByLabel('Let in', { exact: true }).fill('nobody@example.org');
  await page.getByRole('button', { name: 'Let in' }).click();
  await expect(page.getByText('There is no account with this email address.')).toBeVisible();
  await page.getByLabel('Let in', { exact: true }).fill(email);
  await page.getByLabel('As', { exact: true }).selectOption('editor');
  await page.getByRole('button', { name: 'Let in' }).click();
  await expect(page.getByLabel(`Role of ${email}`)).toHaveValue('editor');
  await page.getByRole('button', { name: `Shut ${email} out` }).click();
  await dialog(page).getByRole('button', { name: 'Shut out' }).click();
  await expect(page.getByLabel(`Role of ${email}`)).toHaveCount(0);
  expect(problems).toEqual([]);
});

test("a tenant's admin changes roles there and letting others in is not offered", async ({ page, site }) => {
  const admin = await person(site, 'dilly', { [site.tenant]: 'admin' });
  const member = await person(site, 'alan', { [site.tenant]: 'viewer' });
  await openAs(page, site, admin, `/t/${site.tenant}/d/default?${DAY}`);
  await expect(panel(page, 'usage')).toBeVisible();
  await page.getByTestId('user-menu').click();
  await page.getByRole('menuitem', { name: 'Members' }).click();
  await expect(page).toHaveURL(`${site.url}/t/${site.tenant}/members`);
  await page.getByLabel(`Role of ${member}`).selectOption('editor');
  await page.getByRole('button', { name: `Save the role of ${member}` }).click();
  await expect(page.getByRole('button', { name: `Save the role of ${member}` })).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel(`Role of ${member}`)).toHaveValue('editor');
  await expect(page.getByRole('button', { name: 'Let in' })).toHaveCount(0);
  await page.getByRole('navigation', { name: "Tenant's administration" }).getByRole('link', { name: 'Audit log' }).click();
  const line = page.getByTestId('audit').getByRole('row', { name: new RegExp(`grant ${member}`) }).first();
  await expect(line).toContainText('viewer, now editor');
  await expect(line).toContainText(admin);
});

test('everybody who is logged in is listed, and a session is ended from there', async ({ page, site }) => {
  const problems = faults(page);
  const email = await person(site, 'stan', {});
  const theirs = await client(site, email);
  await openAsAdmin(page, site, '/admin/users');
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: 'Sessions' }).click();
  await expect(page).toHaveURL(`${site.url}/admin/sessions`);
  const row = page.getByTestId('all-sessions').getByRole('row', { name: new RegExp(email) });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('127.0.0.1');
  await expect(row.getByRole('link', { name: email })).toHaveAttribute('href', /^\/admin\/users\/./);
  const search = page.getByLabel('Search sessions by account');
  await search.fill('nobody-like-this');
  await expect(row).toHaveCount(0);
  await search.fill(email);
  await expect(page.getByTestId('all-sessions').locator('tbody tr')).toHaveCount(1);
  await row.getByRole('button', { name: `End the session of ${email}` }).click();
  await dialog(page).getByRole('button', { name: 'End' }).click();
  await expect(row).toHaveCount(0);
  expect((await theirs.get('auth/me')).status()).toBe(401);
  await search.fill('');
  await expect(page.getByText('this browser')).toBeVisible();

  await page.goto(`${site.url}/admin/sessions?before=abc`);
  await expect(page.getByTestId('no-such-page')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await page.getByRole('button', { name: 'To the newest' }).click();
  await expect(page).toHaveURL(`${site.url}/admin/sessions`);
  await expect(page.getByText('this browser')).toBeVisible();
  expect(problems).toEqual([]);
});

test('the audit log is filtered, turned over and exported', async ({ page, site }) => {
  const email = await person(site, 'mavis', {});
  const theirs = await client(site, email);
  await theirs.post('account/password', { data: { current: 'wrong', new: 'green badgers mend 7 clocks' } });
  await openAsAdmin(page, site, '/admin/audit');
  const table = page.getByTestId('audit');
  await expect(table).toBeVisible();
  await page.getByLabel('Who').fill(email);
  await page.getByLabel('Action').fill('password_change_failed');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/actor=mavis%40example\.org&action=password_change_failed/);
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.getByLabel('When').selectOption('now-1h');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/from=now-1h/);
  await expect(table.getByRole('row')).toHaveCount(2);

  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('audit.csv');
  const lines = (await (await file.createReadStream()).toArray()).join('').trim().split('\r\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain('"password_change_failed","mavis@example.org"');

  await page.getByLabel('When').selectOption('between');
  await page.getByLabel('From').fill('2020-01-01T00:00');
  await page.getByLabel('Until').fill('2020-01-02T00:00');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByTestId('no-lines')).toBeVisible();
  await page.goBack();
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(page).toHaveURL(`${site.url}/admin/audit`);
  await expect(page.getByLabel('Who')).toHaveValue('');

  // What was done to somebody, whoever did it: on the page and in the file.
  await page.getByLabel('Done to').fill(email);
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/target=mavis%40example\.org/);
  await expect(table.locator('tbody tr')).toHaveCount(4);
  await expect(table.locator('tbody tr').filter({ hasText: 'user_created' })).toContainText(site.admin);
  await expect(page.getByRole('link', { name: 'JSON lines' })).toHaveAttribute('href', /target=mavis%40example\.org&format=ndjson/);
  // What a command did has its user and its machine.
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByLabel('Done to').fill(site.email);
  await page.getByLabel('Action').fill('user_created');
  await page.getByRole('button', { name: 'Filter' }).click();
  const byCommand = table.locator('tbody tr');
  await expect(byCommand).toHaveCount(1);
  await expect(byCommand).toContainText(/command line \(.+\)/);
  await expect(byCommand).toContainText(/local \(.+\)/);
});

test('the older lines of the audit log are a page further', async ({ page, site }) => {
  const admin = await client(site);
  // Each leaves two lines, so that there is more than a page.
  for (let count = 0; count < 60; count++) {
    await admin.post(`admin/tenants/${site.other.tenant}/disable`);
    await admin.post(`admin/tenants/${site.other.tenant}/enable`);
  }
  await openAsAdmin(page, site, `/admin/audit?tenant=${site.other.tenant}`);
  const rows = page.getByTestId('audit').locator('tbody tr');
  await expect(rows).toHaveCount(100);
  const newest = await rows.first().innerText();
  await page.getByRole('button', { name: 'Older' }).click();
  await expect(page).toHaveURL(/before=\d+/);
  await expect(rows.first()).not.toHaveText(newest);
  await page.getByRole('button', { name: 'Newest' }).click();
  await expect(page).not.toHaveURL(/before=/);
  await expect(rows).toHaveCount(100);
});

for (const theme of ['dark', 'light'] as const) {
  test(`no page of the administration has a serious barrier in the ${theme} theme, nor sticks out of a phone`, async ({ page, site }) => {
    test.setTimeout(180_000);
    const email = await person(site, `reader-${theme}`, { [site.tenant]: 'viewer' });
    await page.addInitScript((theme) => localStorage.setItem('porthole.theme', theme), theme);
    await openAsAdmin(page, site, '/admin/users');
    await page.getByRole('link', { name: email }).click();
    await expect(page.getByTestId('grants')).toBeVisible();
    const paths = [
      new URL(page.url()).pathname,
      '/admin/users',
      '/admin/tenants',
      `/admin/tenants/${site.tenant}`,
      '/admin/tenants/nonsense',
      '/admin/sessions',
      '/admin/audit',
      '/admin/audit?actor=nobody%40example.org',
      `/t/${site.tenant}/members`,
      `/t/${site.tenant}/audit`,
      '/password',
      '/password#nonsense',
    ];
    for (const path of paths) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(site.url + path);
      await expect(page.locator('main')).toBeVisible();
      await expect(page.locator('[aria-busy=true]:visible')).toHaveCount(0);
      await expectNoBarriers(page, path);
      await page.setViewportSize({ width: 390, height: 844 });
      await expectNoSidewaysScrolling(page, path);
    }
    await page.goto(`${site.url}/admin/users`);
    await page.getByRole('button', { name: 'New account' }).click();
    await expect(dialog(page)).toBeVisible();
    await page.keyboard.press('Enter');
    await expectNoBarriers(page, 'new account');
    await expectNoSidewaysScrolling(page, 'new account');
  });
}
