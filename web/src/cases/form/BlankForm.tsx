import { linkTo } from '../../api/client.ts';
import { usePageTitle } from '../../app/title.ts';
import { usePick, useText } from '../../ui/lang.tsx';
import { formText } from './texts.ts';
import { useSession } from './useSession.ts';

/** The blank form, for fax, mail and delivery. */
export function BlankForm() {
  const t = useText(formText);
  const pick = usePick();
  const desk = useSession()?.desk;
  usePageTitle(t.read.blankTitle);
  return (
    <main className="page page-narrow" id="main" tabIndex={-1} data-density="visit">
      <header className="page-head">
        <h1>{t.read.blankTitle}</h1>
        <p>{t.read.blankHelp}</p>
      </header>
      <div className="row">
        <a
          className="btn btn-primary"
          href={linkTo('/forms/incident.pdf', { lang: 'zh-Hant' })}
          target="_blank"
          rel="noreferrer"
        >
          {t.read.blankOpen}
        </a>
        <a
          className="btn"
          href={linkTo('/forms/incident.pdf', { lang: 'en' })}
          target="_blank"
          rel="noreferrer"
        >
          {t.read.blankEn}
        </a>
      </div>
      {desk && (
        <p className="prose">
          {pick(desk.name)}：{t.ways(desk.phone, desk.fax, desk.email)}
          {t.deliver(pick(desk.address))}
        </p>
      )}
    </main>
  );
}
