import type { Route } from '../route.ts';
import { candles } from './candles.ts';
import { features } from './features.ts';
import { feeds } from './feeds.ts';
import { health } from './health.ts';
import { indicators } from './indicators.ts';
import { markets } from './markets.ts';
import { ready } from './ready.ts';

/** Every path, in the order of the document. */
export const routes: readonly Route[] = [health, ready, feeds, markets, candles, indicators, features];
