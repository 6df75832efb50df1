import { usePageTitle } from '../app/title.ts';
import { useText } from '../ui/lang.tsx';
import { Frame } from './SignIn.tsx';
import { securityText } from './texts.ts';

/** The end of a confirmation in a window of its own; what was being done goes on in the first window. */
export function Confirmed() {
  const t = useText(securityText).stepUp;
  usePageTitle(t.confirmed);
  return (
    <Frame>
      <div className="page-head">
        <h1>{t.confirmed}</h1>
        <p>{t.confirmedHelp}</p>
      </div>
    </Frame>
  );
}
