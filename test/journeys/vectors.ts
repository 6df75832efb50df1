/** Text that tries to be more than text. Each calls the canary when anything runs it. */

const RUN = 'parent.__canary?.(1)';

/** Vectors that are ordinary text to the product and must be shown as they are. */
export const VECTORS: readonly string[] = [
  `<script>${RUN}</script>`,
  `"><script>${RUN}</script>`,
  `'><script src="data:text/javascript,${RUN}"></script>`,
  `</textarea><img src=x onerror=${RUN}>`,
  `</title><img src=x onerror=${RUN}>`,
  `</script><script>${RUN}</script>`,
  `</style><img src=x onerror=${RUN}>`,
  `<img src=x onerror="${RUN}">`,
  `<img/src/onerror=${RUN}>`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><script>${RUN}</script></svg>#x">`,
  `<svg><foreignObject><iframe srcdoc="<script>${RUN}</script>"></iframe></foreignObject></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=${RUN}>">`,
  `<math href="javascript:${RUN}">CLICK</math>`,
  `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<object data="javascript:${RUN}"></object>`,
  `<embed src="javascript:${RUN}">`,
  `<a href="javascript:${RUN}">按這裡</a>`,
  `javascript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `<details open ontoggle=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<body onload=${RUN}>`,
  `<video><source onerror=${RUN}></video>`,
  `<marquee onstart=${RUN}>`,
  `<style>@import'data:text/css,*{background:url(x)}';</style>`,
  `<link rel=stylesheet href="data:text/css,*{display:none}">`,
  `<meta http-equiv=refresh content="0;url=javascript:${RUN}">`,
  `<base href="//evil.example/">`,
  `<form action="javascript:${RUN}"><button>送出</button></form>`,
  `<template><script>${RUN}</script></template>`,
  `{{constructor.constructor('${RUN}')()}}`,
  `\${${RUN}}`,
  `#{${RUN}} <%= ${RUN} %> [[${RUN}]]`,
  `{number} {level} {organisation} {asked}`,
  `"' onmouseover="${RUN}" style="position:fixed;inset:0" x='`,
  '`-$(1)-` \' " \\ \\u0022 &quot; &#x3c;img&#x3e; %3Cscript%3E',
  `<!--<img src="--><img src=x onerror=${RUN}>">`,
  `<![CDATA[<script>${RUN}</script>]]>`,
  `=cmd|'/C calc'!A0 +1 -1 @SUM(1)`,
  `'; drop table cases; -- \\'`,
  'שלום עולם مرحبا',
  'ad\u200bmin\u200d\u2060\ufeff',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤a̴̵̱l̷g̀o',
  '👩‍👩‍👧‍👦 𠮷野家 Ａ級',
];

/** What is not text: refused where it is typed, with the field's name. */
export const NOT_TEXT: readonly string[] = [
  'a\u0000b',
  'a\u0007b',
  'a\u001bb',
  'abc\u202eTXE',
  '\u2066x\u2069',
  'half\ud800',
];

/** Mail headers somebody tries to add. */
export const HEADER_BREAKS: readonly string[] = [
  '甲校\r\nBcc: everybody@evil.example',
  '甲校\nSubject: free',
  '甲校\u2028X: y',
];
