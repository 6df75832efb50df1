/** Acts must come from our own pages, or from a program that holds no cookie (WEB-9). */
import { refuse } from '../errors.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The check for one public address. Browsers say where a request comes from (`Sec-Fetch-Site`, `Origin`) and no
 * page can change that; so an unsafe method is refused as `cross-site` unless
 * - `Sec-Fetch-Site` is `same-origin`, or
 * - `Origin` is the public address (and `Sec-Fetch-Site`, if given, is `none`), or
 * - neither is given and no cookie either: a program, which no foreign page can be.
 *
 * On a loopback address its other names count as the same origin.
 */
export function crossSiteCheck(publicUrl: string) {
  const own = new URL(publicUrl);

  function isOwn(origin: string): boolean {
    if (origin === own.origin) return true;
    if (!LOOPBACK.has(own.hostname) || !URL.canParse(origin)) return false;
    const other = new URL(origin);
    return LOOPBACK.has(other.hostname) && other.port === own.port && other.protocol === own.protocol;
  }

  return (request: { method: string; headers: Record<string, string | string[] | undefined> }): void => {
    if (SAFE_METHODS.has(request.method)) return;
    const { origin, cookie } = request.headers;
    const site = request.headers['sec-fetch-site'];
    if (site === 'same-origin') return;
    if (site !== undefined && site !== 'none') refuse('cross-site');
    if (typeof origin === 'string' && isOwn(origin)) return;
    if (origin === undefined && site === undefined && cookie === undefined) return;
    refuse('cross-site');
  };
}
