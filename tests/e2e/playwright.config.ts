import { defineConfig } from '@playwright/test';

// The system's browser: Playwright's own download is not used. Normally named by `cargo xtask test`.
const browser = process.env.PORTHOLE_CHROMIUM ?? '/usr/bin/chromium';

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results',
  // One host serves all journeys; the machine may have two cores.
  workers: 1,
  // A journey that needs a second attempt hides a fault.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: 'list',
  use: {
    // Times are shown in the reader's zone; these readers live in UTC, so that the tests need not compute with zones.
    timezoneId: 'UTC',
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
    actionTimeout: 15_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: browser,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
