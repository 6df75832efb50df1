// Runs before the first paint, so that neither the theme nor the language of the page ever flashes.
{
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem('tocsin.theme');
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    if (localStorage.getItem('tocsin.still') === 'yes') root.dataset.still = '';
  } catch {
    // Storage may be forbidden; the system's theme is then used.
  }
  const lang = /(?:^|; )lang=(zh-Hant|en)/.exec(document.cookie);
  root.lang = lang ? lang[1] : 'zh-Hant';
}
