import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { DevicesView } from '../../../src/delivery/channel-contract.ts';
import { api } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { canPush, workerReady } from '../app/worker.ts';
import { Button } from '../ui/Button.tsx';
import { useText } from '../ui/lang.tsx';
import { useAnnouncer } from '../ui/live.tsx';
import { Note, ProblemMessage, Skeleton } from '../ui/states.tsx';
import { DateTime } from '../ui/time.tsx';
import { devicesQuery } from './queries.ts';
import { channelsText } from './texts.ts';

type Device = DevicesView['items'][number];
type Refused = 'blocked' | 'failed';

/** What this browser calls itself, in a word or two. */
function deviceName(unnamed: string): string {
  const agent = navigator.userAgent;
  const first = (names: readonly string[]): string | undefined => names.find((name) => agent.includes(name));
  const browser = first(['Edg', 'Firefox', 'Chrome', 'Safari'])?.replace('Edg', 'Edge');
  const system = first(['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS', 'Linux']);
  return [browser, system].filter(Boolean).join(' · ') || unnamed;
}

/** Which device of the list this browser is; kept beside the subscription, and gone with it. */
const HERE = 'tocsin.device';
const here = {
  read: (): string | null => {
    try {
      return localStorage.getItem(HERE);
    } catch {
      return null;
    }
  },
  write: (id: string | null): void => {
    try {
      if (id === null) localStorage.removeItem(HERE);
      else localStorage.setItem(HERE, id);
    } catch {
      // Storage may be forbidden; the device is then only not marked as this one.
    }
  },
};

async function subscribe(key: string): Promise<PushSubscription> {
  const worker = await workerReady();
  const present = await worker.pushManager.getSubscription();
  if (present) return present;
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** One's own devices with push: switched on and off one by one. */
export function Devices() {
  const t = useText(channelsText).devices;
  const { say } = useAnnouncer();
  const { data, error, refetch } = useQuery(devicesQuery);
  const [own, setOwn] = useState(here.read());
  const [refused, setRefused] = useState<Refused | null>(null);
  const changed = (said: string): void => {
    say(said);
    void queryClient.invalidateQueries({ queryKey: devicesQuery.queryKey });
  };
  // A subscription the browser dropped by itself is none, whatever the list says.
  useEffect(() => {
    if (own === null || !canPush()) return;
    void navigator.serviceWorker.getRegistration('/').then(async (worker) => {
      if (await worker?.pushManager.getSubscription()) return;
      here.write(null);
      setOwn(null);
    });
  }, [own]);

  const on = useMutation({
    mutationFn: async (key: string): Promise<Device | Refused> => {
      if ((await Notification.requestPermission()) !== 'granted') return 'blocked';
      const made = await subscribe(key).catch(() => null);
      if (!made) return 'failed';
      const { endpoint, keys } = made.toJSON();
      const { p256dh = '', auth = '' } = keys ?? {};
      return api.post<Device>('/me/devices', {
        endpoint,
        keys: { p256dh, auth },
        label: deviceName(t.unnamed),
      });
    },
    onSuccess: (answer) => {
      if (typeof answer === 'string') {
        setRefused(answer);
        return;
      }
      setRefused(null);
      here.write(answer.id);
      setOwn(answer.id);
      changed(t.doneOn);
    },
  });
  const off = useMutation({
    mutationFn: async (device: Device) => {
      if (device.id === own) {
        const worker = await navigator.serviceWorker.getRegistration('/');
        await (await worker?.pushManager.getSubscription())?.unsubscribe();
      }
      await api.delete(`/me/devices/${device.id}`);
      return device.id;
    },
    onSuccess: (id) => {
      if (id === own) {
        here.write(null);
        setOwn(null);
      }
      changed(t.doneOff);
    },
  });

  const isOn = data?.items.some((one) => one.id === own) ?? false;
  return (
    <section className="security-part">
      <div className="security-part-head">
        <h2>{t.title}</h2>
        {data && canPush() && !isOn && (
          <Button busy={on.isPending} onClick={() => on.mutate(data.key)}>
            {t.on}
          </Button>
        )}
      </div>
      <p className="muted small">{canPush() ? t.lead : t.unsupported}</p>
      {refused && (
        <div role="alert">
          <Note kind="late">
            <p>{t[refused]}</p>
          </Note>
        </div>
      )}
      {(on.isError || off.isError) && <ProblemMessage error={on.error ?? off.error} />}
      {error && !data ? (
        <ProblemMessage error={error} onRetry={() => refetch()} />
      ) : !data ? (
        <Skeleton lines={2} />
      ) : data.items.length === 0 ? (
        <p className="muted">{t.none}</p>
      ) : (
        <ul className="security-list">
          {data.items.map((device) => (
            <li key={device.id}>
              <div>
                <strong>{device.label || t.unnamed}</strong>
                {device.id === own && <span className="badge badge-open">{t.here}</span>}
                <p className="muted small">
                  <span>
                    {t.since} <DateTime at={device.madeAt} />
                  </span>
                  {device.failingSince ? (
                    <span>
                      {t.failing} <DateTime at={device.failingSince} />
                    </span>
                  ) : device.usedAt ? (
                    <span>
                      {t.used} <DateTime at={device.usedAt} />
                    </span>
                  ) : (
                    <span>{t.never}</span>
                  )}
                </p>
              </div>
              <Button className="btn-small" busy={off.isPending} onClick={() => off.mutate(device)}>
                {t.off}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
