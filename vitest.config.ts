import { defineConfig } from 'vitest/config';

/**
 * Every test of the product in one run. Tests use the real database (one embedded server per run, one database
 * per file), real SMTP and, under `test/journeys`, a real browser.
 */
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'packs/**/*.test.ts', 'web/src/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/leaks.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Tests wait for conditions, never for time: these bounds only end what hangs, also on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A shared machine may starve a browser or a mail server once; what fails twice is broken.
    retry: process.env['CI'] ? 1 : 0,
    restoreMocks: true,
    // Times are stored in UTC and shown in the pack's zone; the machine's own zone must not matter.
    env: { TZ: 'America/St_Johns' },
    execArgv: ['--disable-proto=throw'],
  },
});
