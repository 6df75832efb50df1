/** The server's settings and who may connect, written anew at every start so that an upgrade brings them. */

/** What the settings depend on. */
export interface ServerSettings {
  readonly socketDir: string;
  /** Tests only: give up durability for speed. */
  readonly unsafeNoSync: boolean;
}

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** The text of postgresql.conf; each line that is not PostgreSQL's own default has its reason. */
export function postgresqlConf(settings: ServerSettings): string {
  const durable = settings.unsafeNoSync ? 'off' : 'on';
  const lines: [name: string, value: string, why: string][] = [
    ['listen_addresses', "''", 'never on the network: only the socket in our own folder'],
    ['unix_socket_directories', quote(settings.socketDir), 'a folder only we can enter'],
    ['unix_socket_permissions', '0777', 'the folder guards; who connects is checked by the kernel (peer)'],
    ['max_connections', '100', 'pools of one process need 40; room for a second one and the operator'],
    ['superuser_reserved_connections', '3', 'so that doctor and backup get in when the pools are full'],
    ['shared_buffers', '128MB', 'holds the working set of a nation; the rest is left to the page cache'],
    ['work_mem', '16MB', 'sorts of long lists stay in memory'],
    ['maintenance_work_mem', '128MB', 'index builds of migrations and restores'],
    ['max_wal_size', '2GB', 'a storm of reports must not run into a checkpoint every few seconds'],
    ['checkpoint_timeout', '10min', 'fewer full-page images; recovery still takes seconds'],
    ['wal_compression', 'on', 'less to write and to sync for the same promise'],
    ['fsync', durable, 'a filed report survives a power cut'],
    ['full_page_writes', durable, 'so does the page it lies on'],
    ['synchronous_commit', durable, 'the number is given after the disk has the report, never before'],
    ['random_page_cost', '1.1', 'the data lies on flash or in memory'],
    ['jit', 'off', 'every query is short; compiling costs more than it gives'],
    ['max_parallel_workers_per_gather', '0', 'even answers under load; containers have a tiny /dev/shm'],
    ['autovacuum_naptime', '20s', 'leased rows change often and must not bloat'],
    ['idle_in_transaction_session_timeout', '60s', 'a lost client must not hold locks'],
    ['timezone', "'UTC'", 'everything stored is UTC'],
    ['log_timezone', "'UTC'", 'and so is what is logged'],
    ['datestyle', "'ISO, YMD'", 'one way to write a date'],
    ['log_destination', "'stderr'", 'our own file'],
    ['log_line_prefix', "'%m [%p] %q%u '", 'when, which process, which role'],
    ['log_min_messages', 'warning', 'what an operator has to see'],
    ['log_error_verbosity', 'terse', 'details quote rows, and rows hold personal data'],
    ['log_min_error_statement', 'panic', 'statements quote values, and values are personal data'],
    ['log_parameter_max_length', '0', 'for the same reason'],
    ['log_parameter_max_length_on_error', '0', 'for the same reason'],
    ['log_checkpoints', 'off', 'no news'],
  ];
  return `# Written by Tocsin at every start; changes here are lost.\n${lines
    .map(([name, value, why]) => `${name} = ${value} # ${why}`)
    .join('\n')}\n`;
}

/** The roles of the embedded server; an external one gets its names from the URLs. */
export const ROLES = { superuser: 'postgres', owner: 'tocsin_owner', app: 'tocsin_app' } as const;

/** The embedded server's database. */
export const DATABASE = 'tocsin';

/** pg_hba.conf: the kernel vouches for who is at the socket's other end; there is no password to lose. */
export const PG_HBA = '# Written by Tocsin at every start.\nlocal all all peer map=tocsin\n';

/** pg_ident.conf: the account the product runs under may take the three roles, nobody else any. */
export function pgIdent(account: string): string {
  const name = `"${account.replaceAll('"', '""')}"`;
  const lines = Object.values(ROLES).map((role) => `tocsin ${name} ${role}`);
  return `# Written by Tocsin at every start.\n${lines.join('\n')}\n`;
}
