import { useEffect } from 'react';
import { useText } from '../ui/lang.tsx';
import { commonText } from '../ui/texts.ts';

/** Names the page in the tab; with a count when something waits there. */
export function usePageTitle(page: string, waiting = 0): void {
  const t = useText(commonText);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${t.page.title(page)}`;
  }, [page, waiting, t]);
}
