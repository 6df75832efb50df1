import { DateTimeField } from '../../ui/DateTimeField.tsx';
import { TextArea } from '../../ui/fields.tsx';
import { usePick, useText } from '../../ui/lang.tsx';
import { Note } from '../../ui/states.tsx';
import { useNow } from '../../ui/time.tsx';
import { elementId, useForm } from './context.ts';
import { filingDue } from './progress.ts';
import { formText } from './texts.ts';

/**
 * Once the time for filing has passed, a friendly question why, and whether the centre was told another way before;
 * never an obstacle (H14). What was entered stays in sight for as long as it would be sent.
 */
export function LateNotice() {
  const { pack, kind, form, set, faultAt } = useForm();
  const t = useText(formText);
  const pick = usePick();
  const now = useNow('minute');
  const due = filingDue(pack.clocks, kind, form.impactLevel, form.aware.at);
  const isOwn = form.channel === 'web';
  // What the desk keys in was told when it was told.
  const told = !isOwn && form.toldAt.at ? Date.parse(form.toldAt.at) : now;
  const isLate = due !== null && told > due.due;
  const isClaimed = isOwn && form.toldAt.text.trim() !== '';
  if (!isLate && !isClaimed && form.lateReason.trim() === '') return null;
  return (
    <div className="late-notice">
      {isLate && <Note kind="late">{t.isLate(pick(due.clock.name))}</Note>}
      {isOwn && (
        <DateTimeField
          id={elementId('toldAt')}
          label={t.toldBefore}
          help={t.toldBeforeHelp}
          value={form.toldAt}
          error={faultAt('toldAt')}
          onValue={(toldAt) => set({ toldAt })}
          quick={[]}
        />
      )}
      <TextArea
        id={elementId('lateReason')}
        label={t.lateReason}
        help={isClaimed ? t.claimReasonHelp : t.lateReasonHelp}
        now={isClaimed}
        error={faultAt('lateReason')}
        rows={1}
        maxLength={2000}
        value={form.lateReason}
        onValue={(lateReason) => set({ lateReason })}
      />
    </div>
  );
}
