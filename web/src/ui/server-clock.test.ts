import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { nextSkew, serverNow, setServerTime } from './server-clock.ts';

const DAY = 24 * 3_600_000;

describe('now is the server’s', () => {
  test('H14 H45: "now" is never in the server’s future, and follows a clock that is set right', () => {
    // The first answer tells it all.
    expect(nextSkew(0, 0, DAY)).toBe(-DAY);
    // Half a second more is noise; half a second less would be a time that has not come yet.
    expect(nextSkew(-DAY, 500, DAY)).toBe(-DAY);
    expect(nextSkew(-DAY, 0, DAY + 500)).toBe(-DAY - 500);
    // The device was set right meanwhile.
    expect(nextSkew(-DAY, 0, 0)).toBe(0);
  });

  describe('on a device a day fast', () => {
    const server = new Date('2026-03-04T01:20:00Z');
    beforeEach(() => {
      vi.useFakeTimers({ now: server.getTime() + DAY });
    });
    afterEach(() => {
      vi.useRealTimers();
      setServerTime(new Date());
    });

    test('H14: the form’s now is right from the first answer on', () => {
      expect(serverNow()).toBe(server.getTime() + DAY);
      setServerTime(server);
      expect(serverNow()).toBe(server.getTime());
      vi.advanceTimersByTime(90_000);
      expect(serverNow()).toBe(server.getTime() + 90_000);
      setServerTime(new Date('no date'));
      expect(serverNow()).toBe(server.getTime() + 90_000);
    });
  });
});
