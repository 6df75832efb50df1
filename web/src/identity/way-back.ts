/** Only addresses of our own: a link must not send somebody elsewhere after signing in. */
export function wayBack(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}
