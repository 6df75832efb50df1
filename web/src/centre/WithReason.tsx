import type { ReactNode } from 'react';
import { useState } from 'react';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { TextArea } from '../ui/fields.tsx';
import { useText } from '../ui/lang.tsx';
import { ProblemMessage } from '../ui/states.tsx';
import { centreText } from './texts.ts';

interface WithReasonProps {
  label: string;
  help?: ReactNode;
  grave?: boolean;
  busy: boolean;
  error: unknown;
  onSend: (reason: string) => Promise<unknown>;
}

/** An act that is not done without its reason. */
export function WithReason({ label, help, grave = false, busy, error, onSend }: WithReasonProps) {
  const t = useText(centreText);
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const send = (): void => {
    if (reason.trim() === '') return;
    onSend(reason.trim()).then(
      () => setOpen(false),
      () => undefined,
    );
  };
  return (
    <>
      <Button kind={grave ? 'grave' : 'plain'} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={label}
        dirty={reason !== ''}
        actions={
          <Button
            kind={grave ? 'grave' : 'primary'}
            busy={busy}
            disabled={reason.trim() === ''}
            onClick={send}
          >
            {label}
          </Button>
        }
      >
        {help && <p>{help}</p>}
        <TextArea label={t.reason} now rows={3} maxLength={5000} value={reason} onValue={setReason} />
        {error !== null && <ProblemMessage error={error} />}
      </Dialog>
    </>
  );
}
