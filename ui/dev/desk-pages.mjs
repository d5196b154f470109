// The pages beside the dashboards, for the sheet that `shots.mjs` makes of them: accounts, administration, plugins, and what is
// said where there is nothing to see.

const LONG = {
  email: `ada.lovelace-${"long".repeat(10)}@${"department".repeat(5)}.${"subsidiary".repeat(5)}.example.org`,
  full_name: "Augusta Ada King, Countess of Lovelace, whose name is longer than any list has room for",
};

/** Somebody with a long name, and tokens; the id of their account. `request`: an administrator's. */
export async function bringPeople(request, url) {
  const headers = { origin: url };
  const post = async (path, data) => {
    const answer = await request.post(`${url}/api/v1/${path}`, { data, headers });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  const { user } = await post("admin/users", { ...LONG, is_admin: false });
  await request.put(`${url}/api/v1/admin/tenants/tenant-alpha/grants/${LONG.email}`, { data: { role: "editor" }, headers });
  for (const [name, scope] of [["deploy", "publish"], ["wall screen in the control room", "read"]]) {
    await post("account/tokens", { name, tenant: "tenant-alpha", scope, days: 90 });
  }
  return user;
}

/** A name, and how to get there. `person`: the id of an account. */
export const deskPages = (url, person) => ({
  account: async (page) => {
    await page.goto(`${url}/account`);
    await page.getByLabel("New password", { exact: true }).fill("correct horse");
  },
  "wrong password": async (page) => {
    await page.goto(`${url}/account`);
    await page.getByRole("button", { name: "Change password" }).click();
    await page.locator(".field.wrong").first().waitFor();
  },
  users: (page) => page.goto(`${url}/admin/users`),
  user: async (page) => {
    await page.goto(`${url}/admin/users/${person}`);
    await page.getByTestId("grants").waitFor();
  },
  question: async (page) => {
    await page.getByRole("button", { name: /^Switch off/ }).click();
    await page.getByTestId("dialog").waitFor();
  },
  members: async (page) => {
    await page.goto(`${url}/t/tenant-alpha/members`);
    await page.getByTestId("members").waitFor();
  },
  tenants: (page) => page.goto(`${url}/admin/tenants`),
  sessions: async (page) => {
    await page.goto(`${url}/admin/sessions`);
    await page.getByText("this browser").waitFor();
  },
  "sessions, none found": async (page) => {
    await page.getByRole("searchbox").fill("nobody of this name");
  },
  "sessions, no such page": async (page) => {
    await page.goto(`${url}/admin/sessions?before=abc`);
    await page.getByTestId("no-such-page").waitFor();
  },
  "audit log": (page) => page.goto(`${url}/admin/audit`),
  "audit log, empty": (page) => page.goto(`${url}/admin/audit?actor=nobody@example.org`),
  plugins: (page) => page.goto(`${url}/t/tenant-alpha/plugins`),
  "stopped plugin": async (page) => {
    await page.goto(`${url}/t/tenant-alpha/plugins/rogue`);
    await page.getByTestId("failures").waitFor();
  },
  "not found": (page) => page.goto(`${url}/nonsense`),
  documentation: (page) => page.goto(`${url}/docs#get-panels-id-data`),
});
