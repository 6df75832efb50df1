/** A download under its own name, with a plain one for old browsers (RFC 6266). */
export function asAttachment(plain: string, name: string): string {
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
