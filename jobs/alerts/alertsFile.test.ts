import { describe, expect, test } from '@jest/globals';
import { parseAlerts, readAlertsFile } from './alertsFile.ts';
import { BadAlertsFile } from './errors.ts';

const RULE = `  - name: slow
    summary: It is slow.
    severity: warning
    sql: select 1 as value
    above: 5
`;

function problems(text: string): readonly string[] {
  try {
    parseAlerts(text, {}, 'a.yaml');
  } catch (error) {
    if (error instanceof BadAlertsFile) return error.problems;
    throw error;
  }
  return [];
}

test('the file that comes with it is right, and every destination is off until its variables are set', () => {
  const { rules, destinations, off } = readAlertsFile('alerts.yaml', {});
  expect(rules.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'feed-stale',
      'gap-unrepaired',
      'skill-lost',
      'drift',
      'model-expired',
      'disk-full',
    ]),
  );
  expect(destinations).toEqual([]);
  expect(off.map(({ name }) => name)).toEqual(['webhook', 'slack', 'telegram', 'email']);
  const set = readAlertsFile('alerts.yaml', {
    ...{ ALERT_WEBHOOK_URL: 'https://desk.example/hook', ALERT_WEBHOOK_SECRET: '0123456789abcdef' },
    ...{ ALERT_TELEGRAM_TOKEN: '123:abc', ALERT_TELEGRAM_CHAT: '-100', ALERT_SLACK_URL: null },
  });
  expect(set.destinations).toEqual([
    expect.objectContaining({ name: 'webhook', url: 'https://desk.example/hook', allow_private: false }),
    expect.objectContaining({ name: 'telegram', token: '123:abc', api: 'https://api.telegram.org' }),
  ]);
});

test('a rule is made ready', () => {
  const text = `rules:\n${RULE}    clear: 4\n    for: 90s\n    clear_for: 2h\n    quiet_hours: {from: '22:00', to: '06:30', zone: Europe/Berlin}\n`;
  expect(parseAlerts(text, {}).rules).toEqual([
    {
      ...{ name: 'slow', summary: 'It is slow.', severity: 'warning', sql: 'select 1 as value' },
      ...{ direction: 'above', threshold: 5, clear: 4, forMs: 90_000, clearForMs: 7_200_000 },
      ...{ quietHours: { from: 1320, to: 390, zone: 'Europe/Berlin' }, destinations: null },
    },
  ]);
  const view = RULE.replace('sql: select 1 as value', 'view: feed_lag').replace('above: 5', 'below: 5');
  expect(parseAlerts(`rules:\n${view}`, {}).rules[0]).toMatchObject({
    ...{ sql: 'select * from feed_lag', direction: 'below', clear: 5 },
  });
});

describe('what is wrong is named with its line, rule and field', () => {
  test.each([
    [
      'a threshold that is text',
      RULE.replace('5', "'5'"),
      'line 6: rule slow: field above has to be a number',
    ],
    ['an unknown field', `${RULE}    abov: 3\n`, 'line 2: rule slow: is not known: abov'],
    [
      'an unknown severity',
      RULE.replace('warning', 'bad'),
      /^line 4: rule slow: field severity is wrong: .*critical/,
    ],
    [
      'no time',
      `${RULE}    for: 5 minutes\n`,
      'line 7: rule slow: field for has to be a time such as 90s, 5m, 2h or 1d',
    ],
    [
      'a clear threshold on the wrong side',
      `${RULE}    clear: 6\n`,
      /^line 7: rule slow: field clear has to be 5 at most/,
    ],
    [
      'two thresholds',
      `${RULE}    below: 1\n`,
      'line 6: rule slow: field above has to be given, or `below`, and not both',
    ],
    [
      'two queries',
      `${RULE}    view: v\n`,
      'line 5: rule slow: field sql has to be given, or `view`, and not both',
    ],
    [
      'a zone that is not there',
      `${RULE}    quiet_hours: {from: '22:00', to: '06:00', zone: Berlin}\n`,
      /quiet_hours.zone has to be a time zone/,
    ],
    [
      'an unknown destination',
      `${RULE}    destinations: [desk]\n`,
      "rule slow: field destinations names 'desk', which is not there",
    ],
    ['a rule that is there twice', `${RULE}${RULE}`, 'rule slow: is there twice'],
    ['a rule that is no object', '  - 3\n', /^line 2: rule number 1: /],
  ])('%s', (_, rules, expected) => {
    const found = problems(`rules:\n${rules}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(typeof expected === 'string' ? new RegExp(`^${escaped(expected)}$`) : expected);
  });

  test('all at once, and none with the value of a secret', () => {
    const text = `destinations:\n  - {name: desk, type: webhook, url: 'ftp://x', secret: hush}\nrules:\n${RULE.replace('5', 'x')}`;
    expect(problems(text)).toEqual([
      expect.stringContaining('destination desk: field url has to be an address'),
      expect.stringContaining('destination desk: field secret has to have 16 characters'),
      expect.stringContaining('rule slow: field above'),
    ]);
    expect(problems(text).join()).not.toContain('hush');
  });

  test('text that is no YAML, and a file that is not there', () => {
    expect(problems('rules: [')[0]).toMatch(/at line 1/);
    expect(problems('[]')[0]).toMatch(/is wrong/);
    expect(() => readAlertsFile('nowhere.yaml', {})).toThrow(/nowhere\.yaml: cannot be read/);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
