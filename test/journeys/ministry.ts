/** A ministry's own sign-in for the journeys: a real OpenID Connect provider on loopback, with a page of its own. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface Ministry {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in there next. */
  becomes(subject: string): void;
  close(): Promise<void>;
}

/** Starts the provider. `redirectUri` is the address of ours it may send people back to. */
export async function startMinistry(redirectUri: string): Promise<Ministry> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const client = { clientId: 'tocsin', clientSecret: 'a-secret-of-the-journey-only' };
  let subject = 'nobody';
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    cookies: { keys: ['a-key-of-the-journey-only'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: id }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    ttl: {
      Interaction: 600,
      Session: 600,
      Grant: 600,
      AccessToken: 600,
      IdToken: 600,
      AuthorizationCode: 60,
    },
  });
  provider.on('server_error', (_context, error) => process.stderr.write(`the ministry failed: ${error}\n`));
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      handle(request, response);
      return;
    }
    // The ministry knows its people; whoever comes is whom the journey says, and agrees.
    void (async () => {
      const details = await provider.interactionDetails(request, response);
      const grant = new provider.Grant({ accountId: subject, clientId: client.clientId });
      grant.addOIDCScope('openid profile email');
      await provider.interactionFinished(
        request,
        response,
        {
          login: { accountId: subject, remember: false },
          ...(details.prompt.name === 'consent' ? { consent: { grantId: await grant.save() } } : {}),
        },
        { mergeWithLastSubmission: true },
      );
    })();
  });
  return {
    issuer,
    ...client,
    becomes: (next) => {
      subject = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
