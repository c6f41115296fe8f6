import type { SimulatedExchange } from '../simulatedExchange.ts';

/** One entry of a schedule. */
export interface Fault {
  readonly kind: string;
  /** From the opening of the exchange, in milliseconds of its clock. */
  readonly atMs: number;
  readonly forMs: number;
  /** Picks the connection or the market, 0 to 1. */
  readonly pick: number;
  /** How much of it, from 1; each kind has its own use of it. */
  readonly amount: number;
}

/** A kind of fault. */
export interface FaultUnit {
  /** As the schedule and the summary name it. */
  readonly kind: string;
  /** Shortest and longest duration in milliseconds; 0 for what happens once. */
  readonly lastsMs: readonly [number, number];
  /** Largest amount; default 1. */
  readonly upTo?: number;
  /** Exchanges that have it; all without. */
  readonly only?: readonly string[];
  /** Begins it. Resolves to what ends it, or to null when it cannot happen yet: nobody is connected, say. */
  begin(exchange: SimulatedExchange, fault: Fault): End | null;
}

export type End = () => void | Promise<void>;

/** Nothing is left to end. */
export const over: End = () => undefined;

/** The item that a fault picks; undefined of an empty list. */
export function picked<Item>(items: Iterable<Item>, fault: Fault): Item | undefined {
  const list = [...items];
  return list[Math.floor(fault.pick * list.length)];
}
