/** Ways of signing in that a signed-in person adds to his own account. */
import type { z } from 'zod';
import type { passkeyCreation } from '../../../src/identity/contract.ts';
import { api } from '../api/client.ts';
import type { Secret } from './AppSecret.tsx';
import type { FactorServer } from './Factors.tsx';

export const ownFactors: FactorServer = {
  passkeyOptions: () => api.post<z.infer<typeof passkeyCreation>>('/me/passkeys/options'),
  passkey: (name, response) => api.post('/me/passkeys', { name, response }),
  secret: () => api.post<Secret>('/me/totp'),
  code: (code) => api.post('/me/totp/confirm', { code }),
};
