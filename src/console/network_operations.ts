// Every row of the network's administration.

import { DATASETS_OPERATIONS } from "./datasets_operations.ts";
import { DISTRIBUTIONS_OPERATIONS } from "./distributions_operations.ts";
import { FILES_OPERATIONS } from "./files_operations.ts";
import { type NetworkContext, NODES_OPERATIONS } from "./nodes_operations.ts";
import type { Operation } from "./operation.ts";
import { SETTINGS_OPERATIONS } from "./settings_operations.ts";

export const NETWORK_OPERATIONS: readonly Operation<NetworkContext>[] = [
  ...NODES_OPERATIONS,
  ...FILES_OPERATIONS,
  ...DATASETS_OPERATIONS,
  ...DISTRIBUTIONS_OPERATIONS,
  ...SETTINGS_OPERATIONS,
];
