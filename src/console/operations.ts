// Every row of /api/ops.

import { ACCOUNT_OPERATIONS } from "./account_operations.ts";
import { AUDIT_OPERATIONS } from "./audit_operations.ts";
import { DUMP_OPERATIONS } from "./dump_operations.ts";
import { ETL_OPERATIONS } from "./etl_operations.ts";
import { ETL_RUN_OPERATIONS } from "./etl_run_operations.ts";
import { ETL_STATUS_OPERATION } from "./etl_status.ts";
import { NETWORK_OPERATIONS } from "./network_operations.ts";
import type { AnyOperation } from "./operation.ts";
import { PASSWORD_OPERATIONS } from "./password_operations.ts";
import { POPULARITY_OPERATIONS } from "./popularity_operations.ts";
import { QUEUE_OPERATIONS } from "./queue_operations.ts";
import { REPORT_OPERATIONS } from "./report_operations.ts";
import { SESSION_OPERATIONS } from "./session_operations.ts";
import { WORK_OPERATIONS } from "./work_operations.ts";

/** What a row takes as its context. */
type ContextOf<Row> = Row extends AnyOperation<infer Context> ? Context : never;

export type AccessContext =
  & ContextOf<(typeof SESSION_OPERATIONS)[number]>
  & ContextOf<(typeof PASSWORD_OPERATIONS)[number]>
  & ContextOf<(typeof ACCOUNT_OPERATIONS)[number]>
  & ContextOf<(typeof AUDIT_OPERATIONS)[number]>;

/** Rows of who may get in, and what they did. */
export const ACCESS_OPERATIONS: readonly AnyOperation<AccessContext>[] = [
  ...SESSION_OPERATIONS,
  ...PASSWORD_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...AUDIT_OPERATIONS,
];

/** What the work of all rows needs. */
export type OperationsContext =
  & AccessContext
  & ContextOf<(typeof NETWORK_OPERATIONS)[number]>
  & ContextOf<(typeof WORK_OPERATIONS)[number]>
  & ContextOf<(typeof DUMP_OPERATIONS)[number]>
  & ContextOf<(typeof REPORT_OPERATIONS)[number]>
  & ContextOf<(typeof POPULARITY_OPERATIONS)[number]>
  & ContextOf<(typeof ETL_OPERATIONS)[number]>;

export const OPERATIONS: readonly AnyOperation<OperationsContext>[] = [
  ...ACCESS_OPERATIONS,
  ...NETWORK_OPERATIONS,
  ...WORK_OPERATIONS,
  ...QUEUE_OPERATIONS,
  ...DUMP_OPERATIONS,
  ...REPORT_OPERATIONS,
  ...POPULARITY_OPERATIONS,
  ...ETL_OPERATIONS,
  ...ETL_RUN_OPERATIONS,
  ETL_STATUS_OPERATION,
];
