#!/usr/bin/env node
// The command is TypeScript, run as it is: there is no build step to forget.
import { register } from 'tsx/esm/api';

register();
await import('../cli.ts');
