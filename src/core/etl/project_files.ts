// Port of the files that a project of sequences is made of: `modules.json`, `etl_sequences/<name>.json` and what they
// name. Paths count from the project's root unless they are absolute.

export const MODULES_FILE = "modules.json";
export const SEQUENCES_FOLDER = "etl_sequences";

export interface ProjectFiles {
  /** The absolute path. */
  resolve(path: string): string;
  /** Undefined: there is nothing. "other" are devices and pipes. */
  kind(path: string): Promise<"file" | "folder" | "other" | undefined>;
  isExecutable(path: string): Promise<boolean>;
  /** Errors: Problem with a reason for people, in Spanish. */
  readText(path: string): Promise<string>;
  /** Names of what is in a folder, in order; none where there is no folder. */
  list(folder: string): Promise<string[]>;
  /** Folders where commands without a slash are looked up, absolute. */
  readonly commandFolders: readonly string[];
  /** Another text when a sequence or the map of modules changed, and whenever the rest should be looked at again. */
  stamp(): Promise<string>;
}
