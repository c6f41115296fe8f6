import pg from 'pg';
import { EDITS, edited } from './edits.ts';
import { Way } from './way.ts';

// What `tickwave plan`, `apply` and its audits think out, in a process of its own, as they are.

/** What the parent asks for: an edit by its name to be planned and asked for, or a version to be audited. */
export type Asked = { readonly url: string } & ({ readonly edit: string } | { readonly audit: number });

/** Number of the version, or seconds that its audits took. */
export interface Told {
  readonly id: number;
  readonly seconds: number;
}

async function tell(asked: Asked): Promise<Told> {
  const client = new pg.Client({ connectionString: asked.url });
  await client.connect();
  await client.query("set timezone = 'UTC'; set search_path = public, compat");
  try {
    if ('audit' in asked) {
      const way = await Way.found(client, asked.url, asked.audit);
      return { id: way.id, seconds: await way.audit() };
    }
    const edit = EDITS.find(({ name }) => name === asked.edit);
    if (!edit) throw new TypeError(`there is no edit '${asked.edit}'`);
    const way = await Way.begin(client, asked.url, (files) => edited(files, edit));
    return { id: way.id, seconds: 0 };
  } finally {
    await client.end();
  }
}

process.on('message', (asked: Asked) => {
  tell(asked).then(
    (told) => process.send?.(told, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${error}\n`);
      process.exit(1);
    },
  );
});
