import { describe, expect, test } from '@jest/globals';
import { duration, progressBar } from './progress.ts';

function bar(interactive: boolean): {
  readonly written: () => string;
  readonly pass: (ms: number) => void;
  readonly progress: ReturnType<typeof progressBar>;
} {
  let time = 0;
  let text = '';
  const progress = progressBar({
    interactive,
    now: () => time,
    write: (more) => {
      text += more;
    },
  });
  return {
    progress,
    written: () => text,
    pass: (ms) => {
      time += ms;
    },
  };
}

describe('a progress bar', () => {
  test('in a terminal is redrawn on one line, with rate and time left', () => {
    const { progress, pass, written } = bar(true);
    progress.begin('replaying', 1000, 'trades');
    pass(1000);
    progress.at(250);
    expect(written()).toBe(
      '\r\x1b[2Kreplaying  [######..................] 25 %  250 of 1,000 trades  250 trades/s  3 s left',
    );
    pass(10);
    progress.at(260);
    expect(written()).not.toContain('260');
    pass(3000);
    progress.at(1000);
    progress.end();
    expect(written().endsWith('100 %  1,000 of 1,000 trades  249 trades/s\n')).toBe(true);
  });

  test('elsewhere is a line every five seconds', () => {
    const { progress, pass, written } = bar(false);
    progress.begin('importing', null, 'candles');
    for (let second = 0; second < 11; second++) {
      pass(1000);
      progress.at(second * 10, { share: second / 20, note: 'a.csv' });
    }
    expect(written().split('\n')).toEqual([
      'importing  20 %  40 candles  8 candles/s  20 s left  a.csv',
      'importing  45 %  90 candles  9 candles/s  12 s left  a.csv',
      '',
    ]);
  });

  test('says nothing of work that was done at once', () => {
    const { progress, written } = bar(true);
    progress.begin('building', 3, 'views');
    progress.at(3);
    progress.end();
    expect(written()).toBe('');
  });
});

test.each([
  [0.4, '0 s'],
  [59.4, '59 s'],
  [185, '3 min 05 s'],
  [7800, '2 h 10 min'],
])('%d seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text));
