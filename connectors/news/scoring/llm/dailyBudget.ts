import type { Clock } from '../../../../engine/clock.ts';

/** What may be spent on a model in a day, which begins at midnight UTC. */
export interface Budget {
  readonly amount: number;
  readonly unit: 'requests' | 'dollars';
}

/** Counts what a day has cost. It counts from the start of the process; requests under way may pass a budget in dollars. */
export class DailyBudget {
  private readonly budget: Budget;
  private readonly clock: Clock;
  private day = '';
  private spent = { requests: 0, dollars: 0 };

  constructor(budget: Budget, clock: Clock) {
    this.budget = budget;
    this.clock = clock;
  }

  /** Counts a request, if there is still something to spend. */
  take(): boolean {
    if (this.exhausted()) return false;
    this.spent.requests++;
    return true;
  }

  /** Adds what a request turned out to cost. */
  spend(dollars: number): void {
    this.today().dollars += dollars;
  }

  exhausted(): boolean {
    return this.today()[this.budget.unit] >= this.budget.amount;
  }

  /** Spent since midnight UTC. */
  today(): { requests: number; dollars: number } {
    const day = new Date(this.clock.now()).toISOString().slice(0, 10);
    if (day !== this.day) {
      this.day = day;
      this.spent = { requests: 0, dollars: 0 };
    }
    return this.spent;
  }

  /** As a sentence: "the daily budget of 500 requests is spent". */
  sentence(): string {
    return `The daily budget of ${this.budget.amount} ${this.budget.unit} is spent; it begins anew at midnight UTC.`;
  }
}
