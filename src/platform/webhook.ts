/** Signatures of the Standard Webhooks (symmetric, v1): what the receiver checks before he believes a word. */
import { createHmac } from 'node:crypto';

/**
 * The three headers of a signed webhook. With two secrets there are two signatures, so that a receiver may change over
 * whenever he likes. The id stays the same however often the message is sent; the time is that of this sending.
 */
export function webhookHeaders(
  secrets: readonly Buffer[],
  id: string,
  body: string,
  now: Date,
): Record<string, string> {
  const at = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${at}.${body}`).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': at,
    'webhook-signature': signatures.join(' '),
  };
}
