/** When a feature has drifted. */
export interface DriftSettings {
  /** Adjusted stability index from which a feature is worth a look. */
  readonly warnAt: number;
  /** From which it has shifted. */
  readonly driftAt: number;
  /** What a threshold is multiplied by on the way down, below 1, so that a state does not flap. */
  readonly clearShare: number;
  /** Hourly checks in a row before the state goes a step up or down. */
  readonly inARow: number;
  /** Values of the last 24 hours that there have to be. */
  readonly leastObservations: number;
}

/** When a model is trained before its time. */
export interface PolicySettings {
  /** Hours of event time of one stretch that skill is measured over. */
  readonly windowHours: number;
  /** Stretches in a row that have to be worse than predicting no change. */
  readonly windows: number;
  /** How sure that has to be of all of them together, as 0.95. */
  readonly confidence: number;
  /** Minutes that all of them together have to have. */
  readonly leastMinutes: number;
  /** Share of what is watched that has to have drifted. */
  readonly driftShare: number;
  /** Hours of event time after a training, or a decision to train, in which it is not trained again. */
  readonly coolDownHours: number;
  /** Of the bootstrap: the same seed gives the same verdict. */
  readonly seed: number;
}

/** What monitoring goes by. */
export interface MonitoringSettings {
  readonly drift: DriftSettings;
  readonly policy: PolicySettings;
  /** Days of event time that hourly checks are kept. Counts are kept eight days. */
  readonly keepDays: number;
}

/** Customary thresholds of the stability index (Siddiqi 2006), a day of six-hour stretches. */
export const STANDARD_MONITORING: MonitoringSettings = {
  drift: { warnAt: 0.1, driftAt: 0.25, clearShare: 0.8, inARow: 3, leastObservations: 300 },
  policy: {
    windowHours: 6,
    windows: 4,
    confidence: 0.95,
    leastMinutes: 720,
    driftShare: 0.2,
    coolDownHours: 12,
    seed: 1,
  },
  keepDays: 90,
};
