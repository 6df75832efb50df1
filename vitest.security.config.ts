import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** What a stranger tries, in full: the tests of `npm test` about it, and those that take minutes. */
const config = mergeConfig(base, defineConfig({}));
config.test = {
  ...config.test,
  include: [
    'test/security/**/*.test.ts',
    'test/security/**/*.full.ts',
    'test/journeys/hostile.test.ts',
    'test/journeys/odd-input.test.ts',
    'src/platform/egress.test.ts',
    'src/platform/log.test.ts',
    'src/platform/http/*.test.ts',
  ],
};
export default config;
