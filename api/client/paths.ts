// Written by `npm run client-types` from the API's own document; a test holds it against the document of today.

/** What the API answers, and what it may be asked, by path. Exact numbers are text, times ISO 8601 in UTC. */
export interface Paths {
  readonly '/health': {
    readonly query: Readonly<Record<string, never>>;
    readonly answer: {
      readonly status: 'ok';
      readonly uptime_seconds: number;
    };
  };
  readonly '/ready': {
    readonly query: Readonly<Record<string, never>>;
    readonly answer: {
      readonly status: 'ready';
      readonly markets: number;
      readonly notes: readonly string[];
      readonly source: {
        readonly kind: 'live' | 'simulated' | 'replay' | 'none';
        readonly detail: string;
      };
    };
  };
  readonly '/v1/feeds': {
    readonly query: Readonly<Record<string, never>>;
    readonly answer: {
      readonly kind: 'live' | 'simulated' | 'replay' | 'none';
      readonly detail: string;
      readonly markets: readonly {
        readonly exchange: string;
        readonly symbol: string;
        readonly state: string;
        readonly words: string | null;
        readonly last_trade_at: string | null;
        readonly complete_to: string | null;
        readonly open_gaps: number;
        readonly backfilled: number | null;
        readonly landed: number;
        readonly duplicates: number;
        readonly repaired: number;
        readonly permanent: number;
      }[];
      readonly news: {
        readonly sources: readonly {
          readonly name: string;
          readonly stories: number;
          readonly last_success_at: string | null;
          readonly error: string | null;
        }[];
        readonly scoring: {
          readonly model: string;
          readonly queued: number;
          readonly scored: number;
          readonly by_fallback: number;
          readonly problem: string | null;
          readonly requests: number;
          readonly cost: number;
        };
      } | null;
      readonly kafka: {
        readonly connected: boolean;
        readonly spooled: number;
        readonly lag: number | null;
        readonly error: string | null;
      } | null;
    };
  };
  readonly '/v1/markets': {
    readonly query: {
      readonly exchange?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange: string | null;
        readonly symbol: string | null;
        readonly base_asset: string | null;
        readonly quote_asset: string | null;
        readonly first_day: string | null;
        readonly event_time: string | null;
        readonly closed_before: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/candles/{symbol}': {
    readonly query: {
      readonly symbol: string;
      readonly timeframe?: string | undefined;
      readonly exchange?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly timeframe?: string | null;
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly window_start?: string | null;
        readonly open?: string | null;
        readonly high?: string | null;
        readonly low?: string | null;
        readonly close?: string | null;
        readonly volume?: string | null;
        readonly notional?: string | null;
        readonly vwap?: string | null;
        readonly trades?: number | null;
        readonly taker_buy_volume?: string | null;
        readonly known_minutes?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/indicators/{symbol}': {
    readonly query: {
      readonly symbol: string;
      readonly timeframe?: string | undefined;
      readonly exchange?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly timeframe?: string | null;
        readonly window_start?: string | null;
        readonly close?: number | null;
        readonly reach_rows?: number | null;
        readonly reach_complete?: boolean | null;
        readonly sma_7?: number | null;
        readonly sma_14?: number | null;
        readonly sma_21?: number | null;
        readonly sma_60?: number | null;
        readonly wma_14?: number | null;
        readonly ema_7?: number | null;
        readonly ema_12?: number | null;
        readonly ema_14?: number | null;
        readonly ema_21?: number | null;
        readonly ema_26?: number | null;
        readonly ema_60?: number | null;
        readonly macd_12_26?: number | null;
        readonly atr_14?: number | null;
        readonly natr_14?: number | null;
        readonly plus_di_14?: number | null;
        readonly minus_di_14?: number | null;
        readonly dx_14?: number | null;
        readonly aroon_up_25?: number | null;
        readonly aroon_down_25?: number | null;
        readonly aroon_oscillator_25?: number | null;
        readonly macd_signal_12_26_9?: number | null;
        readonly macd_histogram_12_26_9?: number | null;
        readonly adx_14?: number | null;
        readonly rsi_7?: number | null;
        readonly rsi_14?: number | null;
        readonly rsi_21?: number | null;
        readonly stochastic_k_14?: number | null;
        readonly williams_r_14?: number | null;
        readonly cci_20?: number | null;
        readonly roc_1?: number | null;
        readonly roc_5?: number | null;
        readonly roc_10?: number | null;
        readonly roc_15?: number | null;
        readonly roc_60?: number | null;
        readonly momentum_10?: number | null;
        readonly stochastic_k_14_3?: number | null;
        readonly stochastic_d_14_3_3?: number | null;
        readonly stochastic_rsi_14?: number | null;
        readonly stochastic_rsi_k_14_3?: number | null;
        readonly stochastic_rsi_d_14_3_3?: number | null;
        readonly true_range?: number | null;
        readonly bollinger_middle_20_2?: number | null;
        readonly bollinger_upper_20_2?: number | null;
        readonly bollinger_lower_20_2?: number | null;
        readonly bollinger_percent_b_20_2?: number | null;
        readonly bollinger_width_20_2?: number | null;
        readonly z_score_20?: number | null;
        readonly donchian_upper_20?: number | null;
        readonly donchian_middle_20?: number | null;
        readonly donchian_lower_20?: number | null;
        readonly keltner_upper_20_2_10?: number | null;
        readonly keltner_middle_20_2_10?: number | null;
        readonly keltner_lower_20_2_10?: number | null;
        readonly realised_volatility_14?: number | null;
        readonly realised_volatility_60?: number | null;
        readonly mfi_14?: number | null;
        readonly obv_60?: number | null;
        readonly chaikin_money_flow_20?: number | null;
        readonly vwap_60?: number | null;
        readonly taker_buy_ratio_20?: number | null;
        readonly taker_buy_ratio_60?: number | null;
        readonly daily_vwap?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/features/{symbol}': {
    readonly query: {
      readonly symbol: string;
      readonly exchange?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly window_start?: string | null;
        readonly close?: number | null;
        readonly log_return?: number | null;
        readonly return_5?: number | null;
        readonly return_15?: number | null;
        readonly return_60?: number | null;
        readonly close_to_sma_7?: number | null;
        readonly close_to_sma_21?: number | null;
        readonly close_to_sma_60?: number | null;
        readonly macd_to_close?: number | null;
        readonly macd_histogram_to_close?: number | null;
        readonly adx_14?: number | null;
        readonly directional_balance_14?: number | null;
        readonly rsi_14?: number | null;
        readonly stochastic_k_14?: number | null;
        readonly stochastic_d_14_3_3?: number | null;
        readonly stochastic_rsi_14?: number | null;
        readonly cci_20?: number | null;
        readonly natr_14?: number | null;
        readonly bollinger_percent_b_20_2?: number | null;
        readonly bollinger_width_20_2?: number | null;
        readonly realised_volatility_60?: number | null;
        readonly z_score_20?: number | null;
        readonly mfi_14?: number | null;
        readonly taker_buy_ratio_20?: number | null;
        readonly chaikin_money_flow_20?: number | null;
        readonly sma_7_to_sma_21_5m?: number | null;
        readonly return_5_5m?: number | null;
        readonly williams_r_14_5m?: number | null;
        readonly z_score_20_5m?: number | null;
        readonly bollinger_width_20_2_5m?: number | null;
        readonly sma_7_to_sma_21_15m?: number | null;
        readonly return_5_15m?: number | null;
        readonly williams_r_14_15m?: number | null;
        readonly z_score_20_15m?: number | null;
        readonly bollinger_width_20_2_15m?: number | null;
        readonly sma_7_to_sma_21_1h?: number | null;
        readonly return_5_1h?: number | null;
        readonly williams_r_14_1h?: number | null;
        readonly z_score_20_1h?: number | null;
        readonly bollinger_width_20_2_1h?: number | null;
        readonly news_count_15?: number | null;
        readonly news_score_15?: number | null;
        readonly news_count_60?: number | null;
        readonly news_score_60?: number | null;
        readonly hour_of_day?: number | null;
        readonly day_of_week?: number | null;
        readonly hour_sine?: number | null;
        readonly hour_cosine?: number | null;
        readonly week_sine?: number | null;
        readonly week_cosine?: number | null;
        readonly complete?: boolean | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/news': {
    readonly query: {
      readonly source?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly id?: string | null;
        readonly source?: string | null;
        readonly title?: string | null;
        readonly summary?: string | null;
        readonly url?: string | null;
        readonly published_at?: string | null;
        readonly received_at?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/news/scores': {
    readonly query: {
      readonly asset?: string | undefined;
      readonly model?: string | undefined;
      readonly news_id?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly news_id?: string | null;
        readonly asset?: string | null;
        readonly model?: string | null;
        readonly score?: number | null;
        readonly confidence?: number | null;
        readonly reason?: string | null;
        readonly scored_at?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/predictions': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly horizon?: number | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange: string;
        readonly symbol: string;
        readonly window_start: string;
        readonly predicts_for: string;
        readonly horizon_minutes: number;
        readonly model: string;
        readonly version: number;
        readonly base_price: string | null;
        readonly predicted_price: string | null;
        readonly predicted_return: number | null;
        readonly lower_price: string | null;
        readonly upper_price: string | null;
        readonly interval_level: number | null;
        readonly direction_probability: number | null;
        readonly made_at: string;
        readonly late: boolean | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/predictions/{symbol}': {
    readonly query: {
      readonly symbol: string;
      readonly exchange?: string | undefined;
      readonly horizon?: number | undefined;
      readonly model?: string | undefined;
      readonly as_of?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange: string;
        readonly symbol: string;
        readonly window_start: string;
        readonly predicts_for: string;
        readonly horizon_minutes: number;
        readonly model: string;
        readonly version: number;
        readonly base_price: string | null;
        readonly predicted_price: string | null;
        readonly predicted_return: number | null;
        readonly lower_price: string | null;
        readonly upper_price: string | null;
        readonly interval_level: number | null;
        readonly direction_probability: number | null;
        readonly made_at: string;
        readonly late: boolean | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/predictions/{symbol}': {
    readonly query: {
      readonly symbol: string;
      readonly exchange?: string | undefined;
      readonly horizon?: number | undefined;
      readonly model?: string | undefined;
      readonly as_of?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange: string;
        readonly symbol: string;
        readonly window_start: string;
        readonly predicts_for: string;
        readonly horizon_minutes: number;
        readonly model: string;
        readonly version: number;
        readonly base_price: string | null;
        readonly predicted_price: string | null;
        readonly predicted_return: number | null;
        readonly lower_price: string | null;
        readonly upper_price: string | null;
        readonly interval_level: number | null;
        readonly direction_probability: number | null;
        readonly made_at: string;
        readonly late: boolean | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/predictions/{symbol}/history': {
    readonly query: {
      readonly symbol: string;
      readonly exchange?: string | undefined;
      readonly horizon?: number | undefined;
      readonly model?: string | undefined;
      readonly version?: number | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly window_start?: string | null;
        readonly horizon_minutes?: number | null;
        readonly model?: string | null;
        readonly version?: number | null;
        readonly base_price?: string | null;
        readonly predicted_return?: number | null;
        readonly predicted_price?: string | null;
        readonly lower_price?: string | null;
        readonly upper_price?: string | null;
        readonly interval_level?: number | null;
        readonly direction_probability?: number | null;
        readonly made_at?: string | null;
        readonly latency_ms?: number | null;
        readonly features_hash?: string | null;
        readonly contributions?: unknown;
        readonly late?: boolean | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/errors/{symbol}': {
    readonly query: {
      readonly symbol: string;
      readonly exchange?: string | undefined;
      readonly horizon?: number | undefined;
      readonly model?: string | undefined;
      readonly version?: number | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly window_start?: string | null;
        readonly horizon_minutes?: number | null;
        readonly model?: string | null;
        readonly version?: number | null;
        readonly base_price?: string | null;
        readonly predicted_price?: string | null;
        readonly lower_price?: string | null;
        readonly upper_price?: string | null;
        readonly interval_level?: number | null;
        readonly direction_probability?: number | null;
        readonly realised_price?: string | null;
        readonly predicted_return?: number | null;
        readonly realised_return?: number | null;
        readonly error?: string | null;
        readonly persistence_error?: string | null;
        readonly latency_ms?: number | null;
        readonly made_at?: string | null;
        readonly late?: boolean | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/accuracy/{symbol}': {
    readonly query: {
      readonly symbol: string;
      readonly period?: '1h' | '1d' | undefined;
      readonly exchange?: string | undefined;
      readonly horizon?: number | undefined;
      readonly model?: string | undefined;
      readonly version?: number | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly ({
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly horizon_minutes?: number | null;
        readonly model?: string | null;
        readonly version?: number | null;
        readonly hour?: string | null;
        readonly predictions?: number | null;
        readonly late_predictions?: number | null;
        readonly absolute_error_sum?: string | null;
        readonly persistence_absolute_error_sum?: string | null;
        readonly error_sum?: string | null;
        readonly absolute_return_error_sum?: number | null;
        readonly persistence_absolute_return_error_sum?: number | null;
        readonly return_error_sum?: number | null;
        readonly timely_absolute_return_error_sum?: number | null;
        readonly timely_persistence_absolute_return_error_sum?: number | null;
        readonly moves?: number | null;
        readonly direction_hits?: number | null;
        readonly probabilities?: number | null;
        readonly brier_sum?: number | null;
        readonly intervals?: number | null;
        readonly interval_hits?: number | null;
        readonly mae?: number | null;
        readonly persistence_mae?: number | null;
        readonly skill?: number | null;
        readonly timely_skill?: number | null;
        readonly bias?: number | null;
        readonly directional_accuracy?: number | null;
        readonly brier?: number | null;
        readonly interval_coverage?: number | null;
      } | {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly horizon_minutes?: number | null;
        readonly model?: string | null;
        readonly version?: number | null;
        readonly day?: string | null;
        readonly predictions?: number | null;
        readonly late_predictions?: number | null;
        readonly moves?: number | null;
        readonly probabilities?: number | null;
        readonly intervals?: number | null;
        readonly mae?: number | null;
        readonly persistence_mae?: number | null;
        readonly skill?: number | null;
        readonly timely_skill?: number | null;
        readonly bias?: number | null;
        readonly directional_accuracy?: number | null;
        readonly brier?: number | null;
        readonly interval_coverage?: number | null;
      })[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/calibration': {
    readonly query: {
      readonly horizon?: number | undefined;
      readonly model?: string | undefined;
      readonly version?: number | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly model?: string | null;
        readonly version?: number | null;
        readonly horizon_minutes?: number | null;
        readonly event?: string | null;
        readonly tenth?: number | null;
        readonly predictions?: number | null;
        readonly came_true?: number | null;
        readonly probability?: number | null;
        readonly share?: number | null;
        readonly gap?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/models': {
    readonly query: {
      readonly name?: string | undefined;
      readonly version?: number | undefined;
      readonly horizon?: number | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly name?: string | null;
        readonly version?: number | null;
        readonly alias?: string | null;
        readonly algorithm?: string | null;
        readonly horizon_minutes?: number | null;
        readonly parameters?: unknown;
        readonly metrics?: unknown;
        readonly feature_names?: unknown;
        readonly dataset_hash?: string | null;
        readonly sql_hash?: string | null;
        readonly artifact?: string | null;
        readonly artifact_hash?: string | null;
        readonly trained_from?: string | null;
        readonly trained_to?: string | null;
        readonly created_at?: string | null;
        readonly alias_changed_at?: string | null;
        readonly feature_fingerprints?: unknown;
        readonly changed_features?: unknown;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/promotions': {
    readonly query: {
      readonly name?: string | undefined;
      readonly version?: number | undefined;
      readonly action?: 'challenge' | 'promote' | 'refuse' | 'rollback' | 'retire' | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly name?: string | null;
        readonly decision?: number | null;
        readonly version?: number | null;
        readonly action?: string | null;
        readonly alias?: string | null;
        readonly previous_version?: number | null;
        readonly reasons?: unknown;
        readonly evidence?: unknown;
        readonly decided_at?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/retraining': {
    readonly query: {
      readonly name?: string | undefined;
      readonly version?: number | undefined;
      readonly action?: 'retrain' | 'wait' | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly name?: string | null;
        readonly decision?: number | null;
        readonly version?: number | null;
        readonly action?: string | null;
        readonly reasons?: unknown;
        readonly evidence?: unknown;
        readonly judged_through?: string | null;
        readonly decided_at?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/drift': {
    readonly query: {
      readonly model?: string | undefined;
      readonly version?: number | undefined;
      readonly state?: 'ok' | 'warning' | 'drifted' | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly model?: string | null;
        readonly version?: number | null;
        readonly feature?: string | null;
        readonly state?: string | null;
        readonly streak?: number | null;
        readonly psi?: number | null;
        readonly adjusted_psi?: number | null;
        readonly ks?: number | null;
        readonly observations?: number | null;
        readonly checked_through?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/gaps': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly symbol?: string | undefined;
      readonly status?: 'detected' | 'repaired' | 'permanent' | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly as_of?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly from_id?: number | null;
        readonly to_id?: number | null;
        readonly from_ts?: string | null;
        readonly to_ts?: string | null;
        readonly missing?: number | null;
        readonly repaired?: number | null;
        readonly status?: string | null;
        readonly cause?: string | null;
        readonly detected_at?: string | null;
        readonly closed_at?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/freshness': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly symbol?: string | undefined;
      readonly state?: 'live' | 'quiet' | 'stale' | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly last_trade_at?: string | null;
        readonly event_time?: string | null;
        readonly seconds_since_trade?: number | null;
        readonly seconds_since_event?: number | null;
        readonly state?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/lag/features': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly symbol?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly closed_before?: string | null;
        readonly newest_complete?: string | null;
        readonly minutes_behind?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/lag/scoring': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly symbol?: string | undefined;
      readonly model?: string | undefined;
      readonly version?: number | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly model?: string | null;
        readonly version?: number | null;
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly alias?: string | null;
        readonly scored_through?: string | null;
        readonly closed_before?: string | null;
        readonly minutes_behind?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/unknown-minutes': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly symbol?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly day?: string | null;
        readonly known_minutes?: number | null;
        readonly unknown_minutes?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/quality/nulls': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly symbol?: string | undefined;
      readonly feature?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly feature?: string | null;
        readonly minutes?: number | null;
        readonly nulls?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/quality/impossible-values': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly symbol?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly source?: string | null;
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly problem?: string | null;
        readonly amount?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/quality/duplicates': {
    readonly query: {
      readonly exchange?: string | undefined;
      readonly symbol?: string | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly exchange?: string | null;
        readonly symbol?: string | null;
        readonly hour?: string | null;
        readonly received?: number | null;
        readonly repeated?: number | null;
        readonly duplicate_rate?: number | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/quality/dead-letters': {
    readonly query: {
      readonly source?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly source?: string | null;
        readonly letters?: number | null;
        readonly letters_last_hour?: number | null;
        readonly last_received_at?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/jobs': {
    readonly query: {
      readonly kind?: string | undefined;
      readonly state?: 'running' | 'done' | 'failed' | 'cancelled' | 'lost' | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly kind?: string | null;
        readonly run?: number | null;
        readonly state?: string | null;
        readonly started_by?: string | null;
        readonly progress?: number | null;
        readonly message?: string | null;
        readonly cancel_requested?: boolean | null;
        readonly started_at?: string | null;
        readonly updated_at?: string | null;
        readonly finished_at?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/alerts': {
    readonly query: {
      readonly rule?: string | undefined;
      readonly severity?: 'info' | 'warning' | 'critical' | undefined;
      readonly state?: 'pending' | 'firing' | 'resolved' | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly rule?: string | null;
        readonly subject?: string | null;
        readonly episode?: number | null;
        readonly severity?: string | null;
        readonly state?: string | null;
        readonly value?: number | null;
        readonly threshold?: number | null;
        readonly labels?: unknown;
        readonly since?: string | null;
        readonly fired_at?: string | null;
        readonly clear_since?: string | null;
        readonly resolved_at?: string | null;
        readonly evaluated_at?: string | null;
        readonly told?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/alerts/deliveries': {
    readonly query: {
      readonly rule?: string | undefined;
      readonly destination?: string | undefined;
      readonly state?: 'pending' | 'sent' | 'failed' | undefined;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
      readonly order?: 'asc' | 'desc' | undefined;
      readonly limit?: number | undefined;
      readonly cursor?: string | undefined;
      readonly fields?: string | undefined;
    };
    readonly answer: {
      readonly data: readonly {
        readonly rule?: string | null;
        readonly subject?: string | null;
        readonly episode?: number | null;
        readonly event?: string | null;
        readonly destination?: string | null;
        readonly message?: unknown;
        readonly state?: string | null;
        readonly attempts?: number | null;
        readonly answer?: string | null;
        readonly created_at?: string | null;
        readonly next_attempt_at?: string | null;
        readonly last_attempt_at?: string | null;
        readonly sent_at?: string | null;
      }[];
      readonly next_cursor: string | null;
    };
  };
  readonly '/v1/catalog': {
    readonly query: Readonly<Record<string, never>>;
    readonly answer: {
      readonly data: readonly {
        readonly name: string;
        readonly kind: string;
        readonly layer: string;
        readonly file: string;
        readonly summary: string | null;
        readonly grain: string | null;
        readonly reads: readonly string[];
      }[];
    };
  };
}
