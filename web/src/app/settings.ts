import { useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  keep('tocsin.theme', theme === 'system' ? null : theme);
}

/** Colours by the system, light or dark. boot.js applies the stored choice before the first paint. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, set] = useState<Theme>(() => {
    const now = document.documentElement.dataset.theme;
    return now === 'light' || now === 'dark' ? now : 'system';
  });
  return [
    theme,
    (next) => {
      applyTheme(next);
      set(next);
    },
  ];
}

/** Whether things that arrive may move. */
export function useMotion(): [boolean, (moving: boolean) => void] {
  const [moving, set] = useState(() => document.documentElement.dataset.still === undefined);
  return [
    moving,
    (next) => {
      if (next) delete document.documentElement.dataset.still;
      else document.documentElement.dataset.still = '';
      keep('tocsin.still', next ? null : 'yes');
      set(next);
    },
  ];
}
