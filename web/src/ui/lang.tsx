import type { ReactNode } from 'react';
import { createContext, use, useMemo, useState } from 'react';
import type { Area, Bilingual, Lang } from '../../../src/locales/index.ts';
import { inLang, isLang } from '../../../src/locales/index.ts';

interface LangState {
  lang: Lang;
  setLang: (lang: Lang) => void;
}

const LangContext = createContext<LangState>({ lang: 'zh-Hant', setLang: () => undefined });

function initialLang(): Lang {
  const lang = document.documentElement.lang;
  return isLang(lang) ? lang : 'zh-Hant';
}

/** Holds the reader's language; the choice is a cookie, so that the server answers in it too. */
export function LangProvider({ children }: { children: ReactNode }) {
  const [lang, set] = useState<Lang>(initialLang);
  const value = useMemo(
    () => ({
      lang,
      setLang: (next: Lang) => {
        // The Cookie Store API is missing in Firefox ESR; this cookie carries no secret.
        // biome-ignore lint/suspicious/noDocumentCookie: see above
        document.cookie = `lang=${next}; path=/; max-age=31536000; samesite=lax`;
        document.documentElement.lang = next;
        set(next);
      },
    }),
    [lang],
  );
  return <LangContext value={value}>{children}</LangContext>;
}

/** The reader's language and how to change it. */
export function useLang(): LangState {
  return use(LangContext);
}

/** One area's texts in the reader's language: `const t = useText(deskText)`. */
export function useText<T>(area: Area<T>): T {
  return area[useLang().lang];
}

/** Picks the reader's half of a bilingual text of a pack or a record. */
export function usePick(): (text: Bilingual | null | undefined) => string {
  const { lang } = useLang();
  return (text) => (text ? inLang(text, lang) : '');
}
