import { afterEach, expect, jest, test } from '@jest/globals';
import { aborted, onInterrupt } from './interrupt.ts';

const before = {
  SIGINT: process.listeners('SIGINT'),
  SIGTERM: process.listeners('SIGTERM'),
  SIGHUP: process.listeners('SIGHUP'),
};

afterEach(() => {
  for (const [signal, listeners] of Object.entries(before) as [NodeJS.Signals, NodeJS.SignalsListener[]][]) {
    for (const listener of process.listeners(signal))
      if (!listeners.includes(listener)) process.off(signal, listener);
  }
  jest.restoreAllMocks();
});

test('the first signal ends in order; its echo is not a second one, and a later one ends at once', async () => {
  const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  let time = 0;
  const said: string[] = [];
  const signal = onInterrupt(
    (line) => said.push(line),
    () => time,
  );
  expect(signal.aborted).toBe(false);
  process.emit('SIGINT', 'SIGINT');
  await aborted(signal);
  time = 300;
  process.emit('SIGINT', 'SIGINT');
  expect([said.length, exit.mock.calls.length]).toEqual([1, 0]);
  time = 2000;
  process.emit('SIGTERM', 'SIGTERM');
  expect(exit).toHaveBeenCalledWith(130);
});
