import type { Pack } from '../../../../src/mechanism/pack.ts';
import type { ReportKind } from '../../../../src/mechanism/vocabulary.ts';
import { usePick, useText } from '../../ui/lang.tsx';
import type { AddressFault } from './addresses.ts';
import { labelOf } from './context.ts';
import type { Fault } from './faults.ts';
import { formText } from './texts.ts';

interface FaultWords {
  (fault: Fault): string;
  /** The name of a part of the form, as the mechanism or the screen calls it. */
  part: (part: string) => string;
}

/** Says what is wrong: the field, the reason and the repair. */
export function useFaultWords(pack: Pack, kind: ReportKind): FaultWords {
  const t = useText(formText);
  const pick = usePick();
  const fields = pack.forms.incident.sections.flatMap((section) => section.fields);
  const part = (id: string): string => {
    const own = t.faults.parts[id as keyof typeof t.faults.parts];
    if (own) return own;
    const field = fields.find(
      (one) => one.id === (id === 'supportItems' || id === 'supportText' ? 'support' : id),
    );
    return field ? labelOf(field, pick, t.callBack, field.asks[kind] === 'now') : id;
  };
  const words = (fault: Fault): string => {
    const name = part(fault.part);
    if (fault.message) return `${name}：${fault.message}`;
    const { code } = fault;
    if (code?.startsWith('address-'))
      return t.address[code.slice('address-'.length) as AddressFault](fault.about ?? '');
    switch (code) {
      case 'no-level':
      case 'no-organisation':
        return t.faults[code];
      case 'unread-time':
      case 'in-the-future':
      case 'before-occurrence':
      case 'before-awareness':
        return t.faults[code](name);
      case 'required': {
        const field = fields.find((one) => one.id === fault.part);
        if (!field?.mayBeUnknown) return t.faults.required(name);
        return t.faults.requiredOrUnknown(name, field.unknownLabel ? pick(field.unknownLabel) : t.unknown);
      }
      default:
        return t.faults.other(name);
    }
  };
  return Object.assign(words, { part });
}
