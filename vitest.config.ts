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
    testTimeout: 20_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // Times are stored in UTC and shown in the pack's zone; the machine's own zone must not matter.
    env: { TZ: 'America/St_Johns' },
    execArgv: ['--disable-proto=throw'],
  },
});
