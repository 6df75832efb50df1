import { useMutation } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { useId } from 'react';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { ProblemMessage } from '../ui/states.tsx';

interface ConfirmDialogProps<T> {
  title: string;
  /** What will happen, and to whom. */
  children: ReactNode;
  /** The word on the button that does it. */
  button: string;
  /** What was asked for is filled in; until then the button waits. */
  ready?: boolean;
  dirty?: boolean;
  act: () => Promise<T>;
  onDone: (answer: T) => void;
  onClose: () => void;
}

/** One act on keys, sessions or accounts: what it means, then the button; a refusal stays beside it. */
export function ConfirmDialog<T>(props: ConfirmDialogProps<T>) {
  const { title, children, button, ready = true, dirty, act, onDone, onClose } = props;
  const formId = useId();
  const run = useMutation({ mutationFn: act, onSuccess: onDone });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready && !run.isPending) run.mutate();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      dirty={dirty ?? false}
      actions={
        <Button kind="primary" type="submit" form={formId} busy={run.isPending} aria-disabled={!ready}>
          {button}
        </Button>
      }
    >
      <form id={formId} onSubmit={submit} noValidate>
        {children}
      </form>
      {run.isError && <ProblemMessage error={run.error} />}
    </Dialog>
  );
}
