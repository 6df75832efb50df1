import { queryOptions } from '@tanstack/react-query';
import type { ChannelsView, DevicesView } from '../../../src/delivery/channel-contract.ts';
import { api } from '../api/client.ts';

/** One's own devices with push, and the key to make another. */
export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: () => api.get<DevicesView>('/me/devices'),
});

/** How each way to people fares; for the desk and administrators of the centre. */
export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: () => api.get<ChannelsView>('/channels'),
  refetchInterval: 15_000,
  retry: false,
});
