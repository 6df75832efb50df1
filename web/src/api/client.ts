import { setServerTime } from '../ui/server-clock.ts';
import { Problem } from './problem.ts';

type Query = Record<string, string | number | boolean | null | undefined>;

interface CallOptions {
  query?: Query | object;
  body?: unknown;
  /** Minted once per intent, so that a retry after an unknown outcome has the same effect (16–64 letters). */
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** Lead nowhere and ask nothing when refused; used where being signed out, or a wrong proof, is an answer. */
  anonymous?: boolean;
}

const BASE = '/api/v1';

/** What to do when the session has ended; set once by the router. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** Asks the person to show once more who he is; true: he did. Set by the frame around the screens. */
let proveAgain: (refusal: Problem) => Promise<boolean> = async () => false;
let proving: Promise<boolean> | undefined;
export function whenStepUpNeeded(ask: (refusal: Problem) => Promise<boolean>): () => void {
  proveAgain = ask;
  return () => {
    proveAgain = async () => false;
  };
}

/** What to do when a session that is not yet whole asks for more than it may; set once by the router. */
let onLimited: () => void = () => undefined;
export function whenLimited(act: () => void): void {
  onLimited = act;
}

function address(path: string, query?: Query | object): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') given.set(name, String(value));
  }
  const text = given.toString();
  return `${BASE}${path}${text ? `?${text}` : ''}`;
}

async function readBody(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('json')) return response.json();
  return type.startsWith('text/') ? response.text() : response.blob();
}

async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (options.body instanceof FormData) init.body = options.body;
  else if (options.body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(options.body);
  }
  if (options.idempotencyKey) headers['idempotency-key'] = options.idempotencyKey;
  if (options.signal) init.signal = options.signal;

  let response: Response;
  let body: unknown;
  try {
    response = await fetch(address(path, options.query), init);
    body = await readBody(response);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, {}, true);
  }
  const date = response.headers.get('date');
  if (date) setServerTime(new Date(date));
  if (response.ok) return body as T;
  const refusal = new Problem(response.status, typeof body === 'object' && body !== null ? body : {});
  if (options.anonymous) throw refusal;
  if (refusal.status === 401 && refusal.code === 'not-signed-in') onSignedOut();
  else if (refusal.code === 'second-factor-needed') onLimited();
  else if (refusal.code === 'step-up-needed') {
    // Acts refused together are answered by one proof. The very same request is then sent again, under the same key.
    proving ??= proveAgain(refusal).finally(() => {
      proving = undefined;
    });
    if ((await proving) && !options.signal?.aborted) return call<T>(method, path, options);
  }
  throw refusal;
}

/**
 * The public API, typed by the caller from the rooms' contracts:
 * `api.get<CaseView>(`/cases/${id}`)`. Refusals are thrown as {@link Problem}; the types are the server's
 * promise (its answers are checked against the same schemas there), so the browser carries no validator.
 */
export const api = {
  get: <T>(path: string, query?: Query | object, options?: CallOptions): Promise<T> =>
    call<T>('GET', path, { ...options, ...(query ? { query } : {}) }),
  post: <T>(path: string, body?: unknown, options?: CallOptions): Promise<T> =>
    call<T>('POST', path, { ...options, body: body ?? {} }),
  put: <T>(path: string, body: unknown, options?: CallOptions): Promise<T> =>
    call<T>('PUT', path, { ...options, body }),
  patch: <T>(path: string, body: unknown, options?: CallOptions): Promise<T> =>
    call<T>('PATCH', path, { ...options, body }),
  delete: <T>(path: string, options?: CallOptions): Promise<T> => call<T>('DELETE', path, options),
};

/** The address of something the browser itself opens: a PDF, an attachment. */
export function linkTo(path: string, query?: Query): string {
  return address(path, query);
}

/** A key for one intent; it survives retries and reloads with the draft that carries it. */
export function newKey(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Without TLS (a trial on the local network) browsers withhold randomUUID, but not random bytes.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
