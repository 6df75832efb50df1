import type { AttachmentView } from '../../../../src/cases/contract.ts';
import type { Problem as ProblemBody } from '../../../../src/platform/http/contract.ts';
import { linkTo } from '../../api/client.ts';
import { Problem } from '../../api/problem.ts';

/** Largest attachment in bytes. */
export const MOST_BYTES = 10 * 1024 * 1024;

/** Uploads one file; `onPercent` follows it, which fetch cannot do. */
export function upload(
  file: File,
  onPercent: (percent: number) => void,
  signal: AbortSignal,
): Promise<AttachmentView> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', linkTo('/attachments'));
    request.setRequestHeader('accept', 'application/json');
    request.responseType = 'json';
    request.upload.onprogress = (event) =>
      event.lengthComputable && onPercent(Math.floor((event.loaded / event.total) * 100));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as AttachmentView);
      else reject(new Problem(request.status, (request.response ?? {}) as Partial<ProblemBody>));
    };
    request.onerror = () => reject(new Problem(0, {}, true));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    const body = new FormData();
    body.append('file', file);
    request.send(body);
  });
}
