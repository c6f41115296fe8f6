import { sql } from 'kysely';
import { z } from 'zod';
import { FILTERS, listing, name } from './listing.ts';

const rule = { column: 'rule', schema: name('rule').describe('Of this rule only') };

/** What needs, or needed, somebody's attention. */
export const alerts = listing({
  path: '/v1/alerts',
  id: 'listAlerts',
  summary: 'Alerts that fire, and those that have ended',
  description:
    'A row per rule, subject and episode, with the value that it was judged by. A pending one has not lasted long enough yet, and goes away when it does not.',
  view: () => 'alerts',
  views: ['alerts'],
  key: () => [
    { name: 'since', kind: 'time' },
    { name: 'rule', kind: 'text' },
    { name: 'subject', kind: 'text' },
    { name: 'episode', kind: 'int' },
  ],
  time: 'since',
  ofMarket: false,
  filters: {
    rule,
    severity: {
      column: 'severity',
      schema: z
        .enum(['info', 'warning', 'critical'], { error: 'expected info, warning or critical' })
        .optional()
        .describe('Alerts of this severity only'),
    },
    state: {
      column: 'state',
      schema: z
        .enum(['pending', 'firing', 'resolved'], { error: 'expected pending, firing or resolved' })
        .optional()
        .describe('Alerts in this state only'),
    },
  },
  json: ['labels'],
});

/** What was said about them, and to whom. */
export const alertDeliveries = listing({
  path: '/v1/alerts/deliveries',
  id: 'listAlertDeliveries',
  summary: 'Messages about alerts, and whether they arrived',
  description: 'A row per alert, event and destination, written down before it is sent.',
  view: () => 'alert_deliveries',
  views: ['alert_deliveries'],
  key: () => [
    { name: 'created_at', kind: 'time' },
    { name: 'rule', kind: 'text' },
    { name: 'subject', kind: 'text' },
    { name: 'episode', kind: 'int' },
    { name: 'event', kind: 'text' },
    { name: 'destination', kind: 'text' },
  ],
  time: 'created_at',
  ofMarket: false,
  filters: {
    rule,
    destination: {
      column: 'destination',
      schema: name('destination').describe('To this destination only'),
    },
    state: {
      column: 'state',
      schema: z
        .enum(['pending', 'sent', 'failed'], { error: 'expected pending, sent or failed' })
        .optional()
        .describe('Messages in this state only'),
    },
  },
  json: ['message'],
});

/** Decisions about training before its time. */
export const retraining = listing({
  path: '/v1/retraining',
  id: 'listRetrainingDecisions',
  summary: 'Why models were trained before their time, or were not although there was reason to',
  description: 'Written once each, with the figures they were decided by.',
  view: () => 'retraining_decisions',
  views: ['retraining_decisions'],
  key: () => [
    { name: 'decided_at', kind: 'time' },
    { name: 'name', kind: 'text' },
    { name: 'decision', kind: 'int' },
  ],
  time: 'decided_at',
  ofMarket: false,
  filters: {
    name: { column: 'name', schema: name('model').describe('Models with this name only') },
    version: FILTERS.version,
    action: {
      column: 'action',
      schema: z
        .enum(['retrain', 'wait'], { error: 'expected retrain or wait' })
        .optional()
        .describe('Decisions of this kind only'),
    },
  },
  json: ['reasons', 'evidence'],
  asOf: { known: (at) => sql<boolean>`decided_at <= ${at}`, final: true },
});
