/**
 * What time it is at the server. Deadlines are the server's, so is "now": a device whose clock is a day off writes the right
 * time into a report all the same, and is never refused for it (H14).
 */

/** Milliseconds the server's clock is ahead of this device's. */
let skew = 0;

/**
 * How far the server is ahead, after an answer that says it was `server` there when it left and that came at `device` here.
 * The header counts whole seconds and the answer took its time, so what is found is a little low: that is right, for "now"
 * must never lie in the server's future. It is lowered at once, and raised only by more than that noise.
 */
export function nextSkew(skew: number, server: number, device: number): number {
  const found = server - device;
  return found < skew || found - skew > 1500 ? found : skew;
}

/** Tells the screens what time it is at the server. Called by the API client on every answer. */
export function setServerTime(at: Date): void {
  if (!Number.isNaN(at.getTime())) skew = nextSkew(skew, at.getTime(), Date.now());
}

/** The present moment by the server's clock. */
export function serverNow(): number {
  return Date.now() + skew;
}
