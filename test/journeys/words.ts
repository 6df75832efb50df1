/** The words on the screens, from the same catalogues the screens use. */
import { cases as caseEn } from '../../src/locales/en/case.ts';
import { centre as centreEn } from '../../src/locales/en/centre.ts';
import { common as commonEn } from '../../src/locales/en/common.ts';
import { desk as deskEn } from '../../src/locales/en/desk.ts';
import { form as formEn } from '../../src/locales/en/form.ts';
import { inbox as inboxEn } from '../../src/locales/en/inbox.ts';
import { security as securityEn } from '../../src/locales/en/security.ts';
import { shell as shellEn } from '../../src/locales/en/shell.ts';
import { signin as signinEn } from '../../src/locales/en/signin.ts';
import { cases } from '../../src/locales/zh-Hant/case.ts';
import { centre } from '../../src/locales/zh-Hant/centre.ts';
import { common } from '../../src/locales/zh-Hant/common.ts';
import { desk } from '../../src/locales/zh-Hant/desk.ts';
import { form } from '../../src/locales/zh-Hant/form.ts';
import { inbox } from '../../src/locales/zh-Hant/inbox.ts';
import { security } from '../../src/locales/zh-Hant/security.ts';
import { shell } from '../../src/locales/zh-Hant/shell.ts';
import { signin } from '../../src/locales/zh-Hant/signin.ts';

const WORDS = {
  'zh-Hant': { cases, centre, common, desk, form, inbox, security, shell, signin },
  en: {
    cases: caseEn,
    centre: centreEn,
    common: commonEn,
    desk: deskEn,
    form: formEn,
    inbox: inboxEn,
    security: securityEn,
    shell: shellEn,
    signin: signinEn,
  },
};

/** The catalogues of one language. */
export function say(lang: 'zh-Hant' | 'en' = 'zh-Hant'): (typeof WORDS)['zh-Hant'] {
  return WORDS[lang] as (typeof WORDS)['zh-Hant'];
}
