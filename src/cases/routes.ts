/** Cases over HTTP. */
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { acknowledgeAnswer, telephoneAcknowledgement } from '../delivery/contract.ts';
import { findNotice, noticeViews, readerOf } from '../delivery/index.ts';
import { actorOf, requireStepUp, resolveActor, signedIn, stepUpRefusal } from '../identity/index.ts';
import { packByHash } from '../mechanism/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { AppContext } from '../platform/context.ts';
import { refuse } from '../platform/errors.ts';
import { asAttachment } from '../platform/http/attachment.ts';
import { about, type FastifyPluginAsyncZod } from '../platform/http/index.ts';
import { read } from '../platform/transaction.ts';
import { act, previewAct } from './act-commands.ts';
import { ATTACHMENT_BYTES, dropAttachment, keepAttachment, openAttachment } from './attachments.ts';
import { exportCase } from './case-file.ts';
import {
  actAnswer,
  actPreview,
  attachmentView,
  caseAct,
  caseExportQuery,
  caseList,
  caseQuery,
  caseView as caseViewSchema,
  draftView,
  exportQuery,
  filedAnswer,
  fileReport,
  looksQuery,
  looksView,
  previewAnswer,
  previewFiling,
  queueView,
  saveDraft,
} from './contract.ts';
import { deleteDraft, findDraft, listDrafts, putDraft } from './drafts.ts';
import type { Hub } from './events.ts';
import { openExport } from './export.ts';
import { file, previewFiled } from './filing-commands.ts';
import { MAY_BE_GRAVE } from './grave-rules.ts';
import { listCases, queue } from './lists.ts';
import { looks, recordLook } from './looks.ts';
import { acknowledge, recordTelephone } from './notice-commands.ts';
import { caseView } from './views.ts';

const byId = z.strictObject({ id: z.guid().toLowerCase() });
const nothing = z.null();

/** The idempotency key of an act that must not happen twice; a UUID, in the header `Idempotency-Key`. */
function keyOf(headers: Record<string, unknown>): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  const parsed = z.guid().toLowerCase().safeParse(key);
  return parsed.success ? parsed.data : refuse('idempotency-key-missing');
}

/** What the reader of uploads could not read is the sender's mistake; what it refuses by a code of its own keeps it. */
function asUploadFault(error: unknown): never {
  if ((error as { code?: unknown }).code === 'FST_REQ_FILE_TOO_LARGE')
    refuse('attachment-too-large', { params: { max: ATTACHMENT_BYTES } });
  if (error instanceof Error && !('code' in error)) refuse('malformed-request', { cause: error });
  throw error;
}

async function noticeView(ctx: AppContext, actor: Actor, id: string) {
  const reader = await readerOf(ctx, actor, id);
  const notice = await read(ctx.database, reader, ctx.clock, (tx) => findNotice(tx, id));
  const found = notice ?? refuse('not-found');
  // The case is shown by what he sees himself, not by the post he stands in for.
  const [view] = await read(ctx.database, actor, ctx.clock, (tx) => noticeViews(ctx, tx, [found]));
  return view ?? refuse('not-found');
}

/** Routes of drafts, reports, cases, acts, confirmations, attachments and the live stream. */
export function caseRoutes(ctx: AppContext, hub: Hub): FastifyPluginAsyncZod {
  return async (app) => {
    app.addHook('onRequest', signedIn(ctx));
    await app.register(multipart, {
      limits: { fileSize: ATTACHMENT_BYTES, files: 1, fields: 0, parts: 1, headerPairs: 50 },
    });

    app.get(
      '/api/v1/drafts',
      { schema: { ...about('cases', '我的草稿', 'My drafts'), response: { 200: z.array(draftView) } } },
      (request) => listDrafts(ctx, actorOf(request)),
    );
    app.get(
      '/api/v1/drafts/:id',
      { schema: { ...about('cases', '一份草稿', 'One draft'), params: byId, response: { 200: draftView } } },
      (request) => findDraft(ctx, actorOf(request), request.params.id),
    );
    app.put(
      '/api/v1/drafts/:id',
      {
        schema: {
          ...about('cases', '儲存草稿', 'Save a draft'),
          params: byId,
          body: saveDraft,
          response: { 200: draftView },
        },
      },
      (request) => putDraft(ctx, actorOf(request), request.params.id, request.body),
    );
    app.delete(
      '/api/v1/drafts/:id',
      {
        schema: {
          ...about('cases', '捨棄草稿', 'Throw a draft away'),
          params: byId,
          response: { 204: nothing },
        },
      },
      async (request, reply) => {
        await deleteDraft(ctx, actorOf(request), request.params.id);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/v1/reports',
      {
        schema: {
          ...about('cases', '送出通報單', 'File a report'),
          body: fileReport,
          response: { 201: filedAnswer },
        },
      },
      async (request, reply) => {
        const key = keyOf(request.headers) ?? refuse('idempotency-key-missing');
        return reply.code(201).send(await file(ctx, actorOf(request), request.body, key));
      },
    );
    app.post(
      '/api/v1/reports/preview',
      {
        schema: {
          ...about('cases', '試算將通知哪些人', 'Who would be told'),
          body: previewFiling,
          response: { 200: previewAnswer },
        },
      },
      (request) => previewFiled(ctx, actorOf(request), request.body),
    );

    app.get(
      '/api/v1/cases',
      {
        schema: {
          ...about('cases', '案件清單', 'Cases'),
          querystring: caseQuery,
          response: { 200: caseList },
        },
      },
      (request) => listCases(ctx, actorOf(request), request.query),
    );
    app.get(
      '/api/v1/cases.csv',
      {
        config: { raw: true },
        preHandler: (request) => requireStepUp(ctx, request),
        schema: {
          ...about('cases', '案件清單（CSV）', 'Cases as a file for spreadsheets (CSV)'),
          querystring: caseExportQuery,
        },
      },
      async (request, reply) => {
        const { lang = request.lang, order, ...filters } = request.query;
        // What is refused is refused before anything is sent; what fails later breaks the line, and the file with it.
        const { name, body } = await openExport(ctx, {
          filters,
          order: order === 'oldest' ? 'oldest' : 'newest',
          lang,
          actor: () => resolveActor(ctx, request),
        });
        return reply
          .header('content-type', 'text/csv; charset=utf-8; header=present')
          .header('content-security-policy', "sandbox; default-src 'none'")
          .header('content-disposition', asAttachment('cases.csv', name))
          .send(body);
      },
    );
    app.get(
      '/api/v1/queue',
      { schema: { ...about('cases', '值勤台待辦', 'The desk’s queue'), response: { 200: queueView } } },
      (request) => queue(ctx, actorOf(request)),
    );
    app.get(
      '/api/v1/cases/:id',
      { schema: { ...about('cases', '案件', 'One case'), params: byId, response: { 200: caseViewSchema } } },
      async (request) => {
        const view = await caseView(ctx, actorOf(request), request.params.id, request.lang);
        await recordLook(ctx, actorOf(request), request.params.id, 'opened');
        return view;
      },
    );
    app.get(
      '/api/v1/cases/:id/export',
      {
        config: { raw: true },
        // A found open screen must not be enough to carry a whole case away (AUTH-6).
        preHandler: (request) => requireStepUp(ctx, request),
        schema: {
          ...about('cases', '匯出全案（單一檔案，可離線閱讀）', 'The whole case as one file'),
          params: byId,
          querystring: exportQuery,
        },
      },
      async (request, reply) => {
        const lang = request.query.lang ?? request.lang;
        const { name, html } = await exportCase(ctx, actorOf(request), request.params.id, lang);
        return reply
          .header('content-type', 'text/html; charset=utf-8')
          .header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'")
          .header('content-disposition', asAttachment('case.html', name))
          .send(html);
      },
    );
    app.post(
      '/api/v1/cases/:id/looks',
      {
        schema: {
          ...about('cases', '記錄列印（唯讀職位）', 'Record that a read-only post printed the case'),
          params: byId,
          body: z.strictObject({ what: z.literal('printed') }),
          response: { 204: nothing },
        },
      },
      async (request, reply) => {
        await recordLook(ctx, actorOf(request), request.params.id, request.body.what);
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/api/v1/looks',
      {
        schema: {
          ...about('cases', '誰檢視過案件', 'Who looked at which case'),
          querystring: looksQuery,
          response: { 200: looksView },
        },
      },
      (request) => looks(ctx, actorOf(request), request.query),
    );
    app.post(
      '/api/v1/cases/:id/acts',
      {
        schema: {
          ...about('cases', '對案件採取作為', 'Act on a case'),
          params: byId,
          body: caseAct,
          response: { 200: actAnswer },
        },
      },
      async (request) => {
        const command = request.body;
        const refusal = MAY_BE_GRAVE.has(command.act) ? await stepUpRefusal(ctx, request) : null;
        return act(ctx, actorOf(request), request.params.id, command, keyOf(request.headers), () => {
          if (refusal) throw refusal;
        });
      },
    );
    app.post(
      '/api/v1/cases/:id/acts/preview',
      {
        schema: {
          ...about('cases', '試算作為將通知哪些人', 'Who an act would tell'),
          params: byId,
          body: caseAct,
          response: { 200: actPreview },
        },
      },
      (request) => previewAct(ctx, actorOf(request), request.params.id, request.body),
    );

    app.post(
      '/api/v1/notices/:id/acknowledgement',
      {
        schema: {
          ...about('notices', '簽收通知', 'Acknowledge a notice'),
          params: byId,
          response: { 200: acknowledgeAnswer },
        },
      },
      async (request) => {
        await acknowledge(ctx, actorOf(request), request.params.id);
        return { notice: await noticeView(ctx, actorOf(request), request.params.id) };
      },
    );
    app.post(
      '/api/v1/notices/:id/telephone-acknowledgement',
      {
        schema: {
          ...about('notices', '記錄電話簽收', 'Record a confirmation by telephone'),
          params: byId,
          body: telephoneAcknowledgement,
          response: { 204: nothing },
        },
      },
      async (request, reply) => {
        await recordTelephone(ctx, actorOf(request), request.params.id, request.body);
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/v1/attachments',
      {
        bodyLimit: ATTACHMENT_BYTES + 64 * 1024,
        config: { raw: true },
        schema: {
          ...about('cases', '上傳附件（欄位 file）', 'Upload an attachment (field file)'),
          response: { 201: attachmentView },
        },
      },
      async (request, reply) => {
        if (!request.isMultipart()) refuse('unsupported-media-type');
        const part = await request.file().catch(asUploadFault);
        if (!part) refuse('invalid-input', { fields: [{ path: 'file', code: 'required' }] });
        const bytes = await part.toBuffer().catch(asUploadFault);
        return reply.code(201).send(
          await keepAttachment(ctx, actorOf(request), {
            // A part of raw bytes need not have a name.
            name: part.filename ?? '',
            mediaType: part.mimetype,
            bytes,
          }),
        );
      },
    );
    app.delete(
      '/api/v1/attachments/:id',
      {
        schema: {
          ...about('cases', '移除附件', 'Remove an attachment'),
          params: byId,
          response: { 204: nothing },
        },
      },
      async (request, reply) => {
        await dropAttachment(ctx, actorOf(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/api/v1/attachments/:id',
      {
        config: { raw: true },
        schema: { ...about('cases', '下載附件', 'Download an attachment'), params: byId },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { name, bytes, caseId } = await openAttachment(ctx, actor, request.params.id);
        if (caseId !== null) await recordLook(ctx, actor, caseId, 'attachment', request.params.id);
        // Never shown by the browser in our origin, whatever it claims to be (WEB-11).
        return reply
          .header('content-type', 'application/octet-stream')
          .header('content-security-policy', "sandbox; default-src 'none'")
          .header('content-disposition', asAttachment('attachment', name))
          .send(bytes);
      },
    );

    app.get(
      '/api/v1/events',
      {
        config: { raw: true },
        schema: about('cases', '即時變更（server-sent events）', 'Live changes (server-sent events)'),
      },
      async (request, reply) => {
        await hub.open(request, reply);
        return reply;
      },
    );
  };
}

/** One report with its case, as the caller may see them, for the printed form. */
export async function loadReport(ctx: AppContext, request: FastifyRequest, caseId: string, ordinal: number) {
  const actor = await resolveActor(ctx, request);
  const view = await caseView(ctx, actor, caseId);
  const report = view.reports.find((one) => one.ordinal === ordinal) ?? refuse('not-found');
  await recordLook(ctx, actor, caseId, 'printed', String(ordinal));
  const pack = await read(ctx.database, actor, ctx.clock, (tx) => packByHash(ctx, tx, view.packVersion.hash));
  return { pack, view, report };
}
