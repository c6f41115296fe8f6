// Starts the TypeScript of the same name, whichever way the parent runs its own.
import { register } from 'tsx/esm/api';

register();
await import('./child.ts');
