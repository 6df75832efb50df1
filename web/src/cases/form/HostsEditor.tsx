import { useEffect, useRef } from 'react';
import type { FormField } from '../../../../src/mechanism/pack.ts';
import type { HostPart } from '../../../../src/mechanism/vocabulary.ts';
import { newKey } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox, Select, TextArea, TextField } from '../../ui/fields.tsx';
import { useLang, usePick, useText } from '../../ui/lang.tsx';
import { readAddresses } from './addresses.ts';
import { elementId, useForm } from './context.ts';
import { gradeOfSystems, hostFromSystem } from './request.ts';
import type { HostState } from './state.ts';
import { emptyHost } from './state.ts';
import { formText } from './texts.ts';
import { UnknownBox } from './UnknownBox.tsx';

/** The hosts concerned (S8.F3.13–18): from the register, or by hand, addresses pasted in any mix. */
export function HostsEditor({ field }: { field: FormField }) {
  const { pack, form, set, faultAt, systems } = useForm();
  const t = useText(formText);
  const pick = usePick();
  const { lang } = useLang();
  const added = useRef(false);
  const count = form.hosts.length;
  useEffect(() => {
    if (added.current)
      document
        .getElementById(elementId(`host-${count - 1}-${systems.length > 0 ? 'system' : 'name'}`))
        ?.focus();
    added.current = false;
  }, [count, systems.length]);

  const setHosts = (hosts: HostState[]): void => {
    const grade = form.securityGrade || gradeOfSystems(hosts, systems, pack.securityGrades);
    set({
      hosts,
      securityGrade: grade,
      unknown: hosts.length > 0 ? form.unknown.filter((id) => id !== 'hosts') : form.unknown,
    });
  };
  const change = (at: number, part: Partial<HostState>): void =>
    setHosts(form.hosts.map((host, index) => (index === at ? { ...host, ...part } : host)));
  const partLabel = (part: HostPart): string => {
    const found = field.parts.find((one) => one.id === part);
    return found ? pick(found.label) : part;
  };

  return (
    <fieldset className="field" id={elementId('hosts')} tabIndex={-1}>
      <legend className="field-label">{pick(field.label)}</legend>
      {field.help && <p className="field-help">{pick(field.help)}</p>}
      {form.hosts.map((host, at) => {
        const id = (part: string): string => elementId(`host-${at}-${part}`);
        const fault = (part: string): string | undefined => faultAt(`host-${at}-${part}`);
        return (
          <fieldset className="entry" key={host.key}>
            <legend className="entry-title">
              {host.name ? `${t.hosts.nth(at + 1)}　${host.name}` : t.hosts.nth(at + 1)}
            </legend>
            {systems.length > 0 && (
              <Select
                id={id('system')}
                label={t.hosts.system}
                help={t.hosts.systemHelp}
                empty={t.hosts.systemEmpty}
                value={host.systemId ?? ''}
                options={systems.map((system) => ({ value: system.id, label: pick(system.name) }))}
                onValue={(systemId) => {
                  const system = systems.find((one) => one.id === systemId);
                  setHosts(
                    form.hosts.map((one, index) =>
                      index !== at
                        ? one
                        : system
                          ? hostFromSystem(one, system, lang)
                          : { ...one, systemId: null },
                    ),
                  );
                }}
              />
            )}
            <TextField
              id={id('name')}
              label={t.hosts.name}
              maxLength={200}
              value={host.name}
              error={fault('name')}
              onValue={(name) => change(at, { name })}
            />
            <AddressBox
              id={id('addresses')}
              value={host.addresses}
              error={fault('addresses')}
              onValue={(addresses) => change(at, { addresses })}
            />
            <TextField
              id={id('makeModel')}
              label={partLabel('model')}
              maxLength={200}
              value={host.makeModel}
              error={fault('makeModel')}
              onValue={(makeModel) => change(at, { makeModel })}
            />
            <p className="entry-part">{partLabel('os')}</p>
            <div className="three">
              {(['osName', 'osVersion', 'osSerial'] as const).map((part) => (
                <TextField
                  key={part}
                  id={id(part)}
                  label={t.hosts[part]}
                  maxLength={200}
                  value={host[part]}
                  error={fault(part)}
                  onValue={(value) => change(at, { [part]: value })}
                />
              ))}
            </div>
            <fieldset className="field check-list" id={id('mechanisms')} tabIndex={-1}>
              <legend className="field-label">{partLabel('mechanisms')}</legend>
              <div className="check-columns">
                {pack.securityMechanisms.map((option) => (
                  <Checkbox
                    key={option.id}
                    label={pick(option.name)}
                    checked={host.mechanisms.includes(option.id)}
                    onChecked={(on) =>
                      change(at, {
                        mechanisms: on
                          ? [...host.mechanisms, option.id]
                          : host.mechanisms.filter((one) => one !== option.id),
                      })
                    }
                  />
                ))}
              </div>
            </fieldset>
            <TextField
              id={id('mechanismsText')}
              label={t.hosts.mechanismsText}
              maxLength={1000}
              value={host.mechanismsText}
              error={fault('mechanismsText')}
              onValue={(mechanismsText) => change(at, { mechanismsText })}
            />
            <Button
              kind="quiet"
              className="btn-small"
              onClick={() => setHosts(form.hosts.filter((one) => one.key !== host.key))}
            >
              {t.hosts.remove(String(at + 1))}
            </Button>
          </fieldset>
        );
      })}
      <div className="row">
        <Button
          onClick={() => {
            added.current = true;
            setHosts([...form.hosts, emptyHost(newKey())]);
          }}
        >
          {count === 0 ? t.hosts.addFirst : t.hosts.add}
        </Button>
        {count === 0 && <UnknownBox field={field} answered={false} />}
      </div>
    </fieldset>
  );
}

interface AddressBoxProps {
  id: string;
  value: string;
  error: string | undefined;
  onValue: (value: string) => void;
}

/** One box for all addresses; below it stands how each was read, or how to repair it. */
function AddressBox({ id, value, error, onValue }: AddressBoxProps) {
  const t = useText(formText);
  // What the error says already is not said twice.
  const tokens = readAddresses(value).filter(
    (token) => token.ok || t.address[token.fault](token.raw) !== error,
  );
  return (
    <div className="addresses">
      <TextArea
        id={id}
        label={t.hosts.addresses}
        help={t.hosts.addressesHelp}
        error={error}
        value={value}
        spellCheck={false}
        autoCapitalize="off"
        onValue={onValue}
      />
      {tokens.length > 0 && (
        <ul className="tokens" aria-label={t.hosts.read} aria-live="polite">
          {tokens.map((token) =>
            token.ok ? (
              <li key={`${token.kind}${token.value}`}>
                <span className="token-kind">{t.hosts.kinds[token.kind]}</span> {token.value}
              </li>
            ) : (
              <li key={token.raw} className="token-bad">
                {t.address[token.fault](token.raw)}
              </li>
            ),
          )}
        </ul>
      )}
    </div>
  );
}
