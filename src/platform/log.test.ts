import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

function capture() {
  const lines: string[] = [];
  const log = createLog({ level: 'trace', destination: { write: (line: string) => void lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown> };
}

describe('the log', () => {
  it('writes one line per event, whatever the text holds', () => {
    const { log, lines } = capture();
    log.info({ detail: 'a\r\nb\u001b[31mc\u0000' }, 'line\none');
    expect(lines).toHaveLength(1);
    expect(lines[0]!.trimEnd()).not.toMatch(/[\u0000-\u001f]/);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      detail: 'a\r\nb\u001b[31mc\u0000',
      msg: 'line\none',
    });
  });

  it('drops what nobody picked: persons, tokens, bodies, clients, requests', () => {
    const { log, lines, last } = capture();
    const child = log.child({ reqId: 'r1', email: 'wang@agency.example' });
    child.info(
      {
        email: 'wang@agency.example',
        token: 'secret',
        body: { narrative: '敘述' },
        client: { password: 'secret' },
        req: { headers: { cookie: 'secret' } },
        caseNumber: '115-00001',
        kind: { nested: 'secret' },
      },
      'filed',
    );
    expect(last()).toMatchObject({ reqId: 'r1', caseNumber: '115-00001', msg: 'filed' });
    expect(lines.join()).not.toMatch(/wang|secret|敘述/);
  });

  it('reduces a database error to its place, without values, parameters or client', () => {
    const { log, lines, last } = capture();
    const error = Object.assign(new Error('invalid input "王小明" for type uuid'), {
      severity: 'ERROR',
      code: '22P02',
      detail: 'Failing row contains (王小明)',
      where: 'unnamed portal parameter $1 = 王小明',
      parameters: ['王小明'],
      client: { connectionParameters: { password: 'secret' } },
      table: 'cases',
    });
    log.error({ err: error }, 'query failed');
    expect(last()['err']).toMatchObject({ code: '22P02', table: 'cases' });
    log.error(error);
    log.error({ fault: error }, 'x');
    log.child({ room: 'cases' }).error({ error: new Error('outer', { cause: error }) }, 'x');
    expect(lines).toHaveLength(4);
    expect(lines.join()).not.toMatch(/王小明|secret/);
  });

  it('shows a URL without who signs in and what was asked', () => {
    const { log, last } = capture();
    log.info({ url: 'http://u:secret@localhost:1/x?q=1' }, 'up');
    expect(last()['url']).toBe('http://localhost:1/x');
  });
});
