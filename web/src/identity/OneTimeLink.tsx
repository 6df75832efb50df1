import { useRef, useState } from 'react';
import type { z } from 'zod';
import type { accountLink } from '../../../src/identity/contract.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Field } from '../ui/fields.tsx';
import { useText } from '../ui/lang.tsx';
import { DateTime } from '../ui/time.tsx';
import { securityText } from './texts.ts';

/** A one-time link, shown this once: to be copied and handed to its person. */
export function OneTimeLink({ made, onClose }: { made: z.infer<typeof accountLink>; onClose: () => void }) {
  const t = useText(securityText).admin;
  const box = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    box.current?.select();
    // Without TLS browsers keep the clipboard closed; what is selected can still be copied by hand.
    await navigator.clipboard?.writeText(made.link).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <Dialog open onClose={onClose} title={t.linkTitle} dirty>
      <p>{t.linkHelp}</p>
      <Field label={t.linkLabel}>
        {({ id }) => (
          <input
            ref={box}
            id={id}
            className="input one-time-link"
            readOnly
            value={made.link}
            onFocus={(event) => event.target.select()}
          />
        )}
      </Field>
      <p>
        {t.linkUntil} <DateTime at={made.expiresAt} />
      </p>
      <div className="row">
        <Button kind="primary" onClick={copy}>
          {t.copy}
        </Button>
        <span role="status">{copied && t.copied}</span>
      </div>
    </Dialog>
  );
}
