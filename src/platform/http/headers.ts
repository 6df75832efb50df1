/** The headers every answer carries, whatever it is: page, JSON, problem, stream, file (WEB-2). */
import { REPORTS_NAME, REPORTS_PATH } from './browser-reports.ts';

/** What a page of ours may load and do: only what we serve ourselves, no inline code, no code from strings. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  // One policy, made at the start of the page, that lets through one address: the service worker's (web/src/app/worker.ts).
  'trusted-types tocsin',
  `report-to ${REPORTS_NAME}`,
].join('; ');

/** Nothing of the machine the person sits at is ours to use. */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'sync-xhr',
  'usb',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/** `Cache-Control` of what never changes under its name (assets named by their hash). */
export const CACHE_FOREVER = 'public, max-age=31536000, immutable';

/**
 * The headers of every answer. `isHttps` adds HSTS for two years: only sent where the public address is https,
 * or a demonstration on http would lock its own browser out.
 */
export function securityHeaders(isHttps: boolean): Readonly<Record<string, string>> {
  return {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': PERMISSIONS_POLICY,
    'reporting-endpoints': `${REPORTS_NAME}="${REPORTS_PATH}"`,
    'cache-control': 'no-store',
    ...(isHttps ? { 'strict-transport-security': 'max-age=63072000' } : {}),
  };
}
