import { describeWithServer } from '../../../test/support/describeWithServer.ts';
import { type MlflowServer, startMlflow } from './mlflowServer.ts';

const COMMAND = process.env.MLFLOW_COMMAND;

/** `describe` for suites that need a real MLflow; with REQUIRE_MLFLOW=1 they fail without. */
export function describeWithMlflow(name: string, body: (server: () => MlflowServer) => void): void {
  const real = {
    name: 'MLflow',
    required: 'REQUIRE_MLFLOW',
    missing: () => (COMMAND === undefined ? 'set MLFLOW_COMMAND to what .ci/mlflow.sh prints' : null),
    start: () => startMlflow(COMMAND ?? ''),
  };
  describeWithServer(name, real, body);
}
