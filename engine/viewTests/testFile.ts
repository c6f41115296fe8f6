import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

/** A row as written: column and value. */
export type WrittenRow = Readonly<Record<string, unknown>>;

/** One test of a view: rows of its inputs, and the rows that it then has. */
export interface ViewTest {
  readonly name: string;
  /** Rows by direct input; columns that are not written are null. */
  readonly given: Readonly<Record<string, readonly WrittenRow[]>>;
  readonly expect: readonly WrittenRow[];
  /** Where it stands in its file; the first line is 1. */
  readonly line: number;
}

/** One file of `sql/tests`. */
export interface ViewTestFile {
  /** Name below the folder of tests. */
  readonly file: string;
  readonly view: string;
  readonly tests: readonly ViewTest[];
}

/** A file of `sql/tests` that can't be read as one. */
export class ViewTestFileError extends Error {
  override readonly name = 'ViewTestFileError';

  constructor(file: string, line: number, reason: string, cause?: unknown) {
    super(`sql/tests/${file}:${line}: ${reason}`, { cause });
  }
}

const rows = z.array(z.record(z.string(), z.unknown()));
const schema = z.strictObject({
  view: z.string(),
  tests: z
    .array(z.strictObject({ name: z.string(), given: z.record(z.string(), rows), expect: rows }))
    .min(1),
});

/** Reads `<view>.test.yaml` files of a folder, by name. */
export async function readTestFiles(folder: string): Promise<ViewTestFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.test.yaml')).sort();
  return Promise.all(
    names.map(async (name) => readTestFile(name, await readFile(join(folder, name), 'utf8'))),
  );
}

/** Reads one file's text. */
export function readTestFile(file: string, text: string): ViewTestFile {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const broken = document.errors[0];
  if (broken) throw new ViewTestFileError(file, counter.linePos(broken.pos[0]).line, broken.message, broken);
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const at = lineOf(document.getIn(issue?.path.slice(0, 2) ?? [], true), counter);
    throw new ViewTestFileError(
      file,
      at,
      `${issue?.path.join('.')}: ${issue?.message}; a test has name, given and expect`,
      parsed.error,
    );
  }
  if (file !== `${parsed.data.view}.test.yaml`) {
    throw new ViewTestFileError(
      file,
      1,
      `tests ${parsed.data.view}; rename it to ${parsed.data.view}.test.yaml`,
    );
  }
  const list = document.get('tests');
  const nodes = isSeq(list) ? list.items : [];
  return {
    file,
    view: parsed.data.view,
    tests: parsed.data.tests.map((test, index) => ({ ...test, line: lineOf(nodes[index], counter) })),
  };
}

function lineOf(node: unknown, counter: LineCounter): number {
  const start = isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
  return start === undefined ? 1 : counter.linePos(start).line;
}
