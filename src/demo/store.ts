/** The demonstration's only SQL as the owner of the tables. */
import pg from 'pg';

/** What migrations put in: the mechanism's tables, this installation's own secrets, rows that are only ever changed. */
const KEPT = ['packs', 'active_pack', 'directory_version', 'installation_secrets', 'watch_state'];

/** A load that was cut off leaves half a nation: the tables are emptied, by the owner, and it begins anew. */
export async function emptyTables(ownerUrl: string): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    const { rows } = await owner.query<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'public'
         and tablename not like 'schema_migrations%' and tablename <> all ($1::text[])`,
      [KEPT],
    );
    await owner.query(`truncate ${rows.map((row) => row.name).join(', ')} restart identity cascade`);
  } finally {
    await owner.end();
  }
}
