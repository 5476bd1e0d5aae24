// Sequences of modules as they are once read: original and extended form are one here, every default filled in.
// Source: etl-scheduler 1.2, 1.3, 4 and 5.1.

/** Names of sequences, modules, groups and of the ids of steps: never a path. */
export const ETL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export type Retries = {
  /** Attempts beyond the first. */
  readonly max: number;
  readonly backoffSeconds: number;
  readonly factor: number;
  readonly maxBackoffSeconds: number;
  /** Share of the pause by which it may be longer or shorter, 0 to 1. */
  readonly jitter: number;
  /** Only after these; without them after any but 2. */
  readonly onExitCodes?: readonly number[];
};

export const NO_RETRIES: Retries = {
  max: 0,
  backoffSeconds: 10,
  factor: 2,
  maxBackoffSeconds: 600,
  jitter: 0.1,
};

export const MISFIRES = ["skip", "run_once", "run_all"] as const;
export type Misfire = (typeof MISFIRES)[number];

export type Schedule = {
  /** `cron zone`: what a sequence has one of. An edited time is another schedule. */
  readonly key: string;
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  readonly misfire: Misfire;
  /** A fire that is later than this is recorded as MISSED; without it none is too late. */
  readonly misfireGraceSeconds?: number;
};

export const OVERLAPS = ["skip", "queue", "cancel_previous", "allow"] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** Of what a step needs: all went well, at least one did not, or however it went. */
export const WHENS = ["success", "failure", "always"] as const;
export type When = (typeof WHENS)[number];

/** One of the three. A command gets the letter as JSON on its standard input. */
export type Notification =
  | { readonly webhook: string }
  | { readonly mail: string }
  | { readonly command: readonly string[] };

export type Step = {
  /** One of a sequence; `1`, `2`, … where the file gives none; `outer/inner` for steps of an included sequence. */
  readonly id: string;
  readonly module: string;
  readonly input?: string;
  readonly output?: string;
  readonly conf?: string;
  /** Ids of steps that come before it. */
  readonly needs: readonly string[];
  readonly when: When;
  /** Its failure does not make the run fail, nor keep those that need it from running. */
  readonly continueOnError: boolean;
  readonly retries: Retries;
  /** Instead of the module's. */
  readonly timeoutSeconds?: number;
};

export type Sequence = {
  readonly name: string;
  /** At least one; those a step needs come before it. */
  readonly steps: readonly Step[];
  readonly schedules: readonly Schedule[];
  readonly overlap: Overlap;
  /** Of the whole run. */
  readonly timeoutSeconds?: number;
  /** False: its schedules rest. */
  readonly enabled: boolean;
  /** At most one step of a group runs at a time. */
  readonly concurrencyGroup?: string;
  readonly onFailure: readonly Notification[];
  /** After the first success that follows a failure. */
  readonly onRecovery: readonly Notification[];
};

export const MODULE_CWDS = ["project", "module", "run"] as const;

/** An entry of `modules.json`, as it is run. */
export type EtlModule = {
  readonly name: string;
  /** Program (an absolute path) and what comes before the step's arguments. */
  readonly command: readonly string[];
  readonly confFlag: "--conf" | "--config";
  readonly env: Readonly<Record<string, string>>;
  /** Names of secrets: each becomes a variable of that name. */
  readonly secrets: readonly string[];
  /** Names of the worker's own settings that it gets as they are, those that are set. */
  readonly settings?: readonly string[];
  /** Where relative paths count from: the project, the program's folder, the run's own folder. */
  readonly cwd: (typeof MODULE_CWDS)[number];
  readonly timeoutSeconds: number;
  readonly killGraceSeconds: number;
  /** Size of the log. */
  readonly maxOutputMB: number;
  readonly maxMemoryMB?: number;
  readonly maxCpuSeconds?: number;
  readonly maxOpenFiles?: number;
  readonly nice?: number;
  /** Steps of this module at a time; without it as many as there is room for. */
  readonly maxRunning?: number;
};

/** What a run keeps from its start on, whatever becomes of the files. Passwords in addresses are `***`. */
export type SequenceSnapshot = {
  readonly sequence: Sequence;
  /** Those that its steps use, by name. */
  readonly modules: Readonly<Record<string, EtlModule>>;
};

/** Something wrong, or doubtful, in a file of sequences or modules. */
export type SequenceFault = {
  readonly severity: "error" | "warning";
  /** Path of the file as it was asked for: `etl_sequences/dummy.json`. */
  readonly file: string;
  /** JSON pointer; "" is the whole file. */
  readonly pointer: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
};
