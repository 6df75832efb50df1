import { describe, expect, it } from 'vitest';
import { wayBack } from './way-back.ts';

describe('where signing in leads', () => {
  it.each(['/', '/desk?case=1', '/cases/0b1e?tab=reports'])('back to %s', (next) => {
    expect(wayBack(next)).toBe(next);
  });

  it.each([
    undefined,
    '',
    'https://elsewhere.example/',
    '//elsewhere.example/',
    '/\\elsewhere.example',
    'javascript:alert(1)',
    '/sign-in?next=/desk',
  ])('never elsewhere or in a circle: %s', (next) => {
    expect(wayBack(next)).toBe('/');
  });
});
