// Every section of the console, in the order of the navigation. To add one:
// 1. write `<name>_section.tsx` beside this file: `export const RUNS: Section = { path: "/corridas", title: ["Corridas",
//    "Runs"], group: "work", role: "viewer", routes: [...] }`. A route is `{ method, path, needs?, answer(visit) }`; it
//    answers a page `{ title, body }`, where to go on `{ to, told }`, or a whole Response (a file, server-sent events).
//    `formRoutes` and `confirmRoutes` (form_routes.tsx) make the usual pairs, `List` and `Filters` (tables.tsx) lists;
// 2. ask what it shows and does with `visit.ask("id.of.operation", { params, query, body })`: rows of /api/ops, whose
//    refusals become faults of fields, notices and error pages by themselves. Buttons stand where `visit.may(id)`;
// 3. add it to the list below: the first of a group is where the group's heading leads. A group of its own: route.ts;
// 4. walk its pages in test/pages/console_coverage.test.ts, which fails for operations that no page reaches.

import { ACCOUNTS, GROUP_LIST } from "./accounts_section.tsx";
import { AUDIT } from "./audit_section.tsx";
import { CATALOGS, DATASETS } from "./datasets_section.tsx";
import { DISTRIBUTIONS } from "./distributions_section.tsx";
import { DUMPS } from "./dumps_section.tsx";
import { FEDERATION_FILES, REGISTER_FILES } from "./files_section.tsx";
import { JURISDICTIONS, PROJECT } from "./jurisdictions_section.tsx";
import { NODES } from "./nodes_section.tsx";
import { OWN_ACCOUNT } from "./own_account_section.tsx";
import { GATEWAY, HITS } from "./popularity_section.tsx";
import { QUEUE } from "./queue_section.tsx";
import { REPORTS } from "./reports_section.tsx";
import type { Section } from "./route.ts";
import { ENRICHED, SERIES } from "./series_section.tsx";
import { ALIASES, LIMITS, MAIL, SYNONYMS, UNITS } from "./settings_section.tsx";
import { RUNS } from "./etl_runs_section.tsx";
import { SCHEDULES } from "./etl_schedules_section.tsx";
import { SEQUENCES } from "./etl_sequences_section.tsx";
import { WORKERS } from "./etl_workers_section.tsx";
import { START } from "./start_section.tsx";
import { SYNCHRONIZERS } from "./synchronizers_section.tsx";
import { TASKS } from "./tasks_section.tsx";

export const SECTIONS: readonly Section[] = [
  START,
  NODES,
  REGISTER_FILES,
  FEDERATION_FILES,
  JURISDICTIONS,
  PROJECT,
  CATALOGS,
  DATASETS,
  DISTRIBUTIONS,
  SERIES,
  ENRICHED,
  HITS,
  DUMPS,
  RUNS,
  SEQUENCES,
  SCHEDULES,
  WORKERS,
  TASKS,
  SYNCHRONIZERS,
  QUEUE,
  REPORTS,
  LIMITS,
  MAIL,
  SYNONYMS,
  ALIASES,
  UNITS,
  GATEWAY,
  ACCOUNTS,
  GROUP_LIST,
  AUDIT,
  OWN_ACCOUNT,
];
