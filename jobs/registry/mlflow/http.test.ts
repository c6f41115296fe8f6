import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { MlflowFailed } from '../errors.ts';
import { download, pathOf } from './artifacts.ts';
import { MlflowClient } from './client.ts';
import { MlflowHttp } from './http.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

// Shapes of errors as MLflow 3.17 and proxies before it give them. All else is tested against a real server.
let server: Server;
let address: string;
let answers: Answer[];
let asked: IncomingMessage[];
const clock = new ManualClock(0);
const schema = z.object({ run: z.string() });

const json =
  (status: number, body: unknown): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const refused = (status: number, code: string) =>
  json(status, { error_code: code, message: 'in its own words' });

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request);
    request.resume();
    request.on('end', () => (answers.shift() ?? json(200, { run: 'one' }))(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  answers = [];
  asked = [];
});

const http = (): MlflowHttp => new MlflowHttp(address, clock);
const get = () => clock.runUntil(http().get('runs/get', { run_id: '1' }, schema));
const create = () => clock.runUntil(http().change('POST', 'runs/create', {}, schema, false));

async function failureOf(work: Promise<unknown>): Promise<MlflowFailed> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof MlflowFailed) return error;
  throw new Error(`it did not fail as expected: ${String(error)}`);
}

test('credentials of the address go into a header, and into no message', async () => {
  const uri = address.replace('//', '//me:se%40cret@');
  const secured = new MlflowHttp(uri, clock);
  answers = [refused(401, 'UNAUTHENTICATED')];
  const error = await failureOf(secured.get('runs/get', {}, schema));
  expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:se@cret').toString('base64')}`);
  expect(error.message).toContain(
    `MLflow at ${address} refused GET mlflow/runs/get (401, UNAUTHENTICATED: in its own words)`,
  );
  expect(error.remedy).toContain('put user and password into MLFLOW_TRACKING_URI');
  expect(error.message).not.toContain('cret');
});

test('a question is asked again after an outage, and a limited number of times', async () => {
  answers = [
    json(502, 'bad gateway'),
    (_, response) => response.destroy(),
    refused(503, 'TEMPORARILY_UNAVAILABLE'),
  ];
  expect(await get()).toEqual({ run: 'one' });
  expect(asked).toHaveLength(4);
  answers = Array.from({ length: 9 }, () => json(500, {}));
  expect((await failureOf(get())).status).toBe(500);
  expect(asked).toHaveLength(8);
});

test('what must not be done twice is only repeated when it was refused for load', async () => {
  answers = [refused(429, 'REQUEST_LIMIT_EXCEEDED'), refused(500, 'INTERNAL_ERROR')];
  expect(await failureOf(create())).toMatchObject({ status: 500, reason: 'INTERNAL_ERROR' });
  answers = [(_, response) => response.destroy()];
  expect(await failureOf(create())).toMatchObject({ status: null });
  expect(asked).toHaveLength(3);
});

test('says what it is when it is no MLflow', async () => {
  answers = [(_, response) => response.writeHead(404).end('<html>nothing here</html>')];
  expect((await failureOf(get())).message).toContain('(404, <html>nothing here</html>)');
  answers = [(_, response) => response.writeHead(200).end('<html>welcome</html>')];
  expect((await failureOf(get())).message).toContain('with something else than expected');
  answers = [json(200, { run: 1 })];
  expect((await failureOf(get())).remedy).toContain('the address of an MLflow 2 or 3 server');
});

test('says that nobody answers', async () => {
  const nobody = new MlflowHttp('http://127.0.0.1:1', clock);
  const error = await failureOf(clock.runUntil(nobody.get('runs/get', {}, schema)));
  expect(error.message).toContain('MLflow at http://127.0.0.1:1 does not answer (');
});

test('an experiment that somebody else made meanwhile is used', async () => {
  const experiment = json(200, { experiment: { experiment_id: '7' } });
  answers = [refused(404, 'RESOURCE_DOES_NOT_EXIST'), refused(400, 'RESOURCE_ALREADY_EXISTS'), experiment];
  expect(await new MlflowClient(address, clock).experiment('tickwave/a')).toBe('7');
});

test('artifacts that the server does not serve are refused with what to do', async () => {
  expect(() => pathOf('s3://bucket/1/abc/artifacts')).toThrow('start it with --artifacts-destination');
  expect(pathOf('mlflow-artifacts:/1/abc/artifacts')).toBe('1/abc/artifacts');
  expect(pathOf('mlflow-artifacts://host:5000/1/abc/artifacts')).toBe('1/abc/artifacts');
  answers = [refused(404, 'RESOURCE_DOES_NOT_EXIST')];
  await expect(download(http(), 'mlflow-artifacts:/1/a', '')).rejects.toThrow(
    '1/a/bundle.json is missing in MLflow',
  );
});
