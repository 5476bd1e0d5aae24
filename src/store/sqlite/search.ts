// The embedded server's search: an index file for each snapshot, written when it is missing or cannot be read,
// the last ones kept. The read path of series knows nothing of it.

import fs from "node:fs";
import path from "node:path";
import { Problem } from "../../core/problem.ts";
import type { Search, Searches } from "../../core/search.ts";
import type { SearchIndex } from "../../core/search_index.ts";
import { searchOver } from "../../core/search_rank.ts";
import { openSearchFile, writeSearchFile } from "./search_file.ts";

/** Files and open databases that stay: the current one and the one that requests under way may have begun with. */
const KEPT = 2;

/** What a build that was cut off left is removed after this time, in ms. */
const ABANDONED_MS = 3_600_000;

const SUFFIX = ".sqlite";

export type SqliteSearches = Searches & {
  /** Closes what is open. */
  close(): void;
};

type Opened = { readonly search: Search; close(): void };

/**
 * Opens searches over index files in `folder`; `readIndex` tells what a snapshot holds.
 * Errors: Problem `unavailable` where a file can neither be read nor written.
 */
export function sqliteSearches(
  folder: string,
  readIndex: (snapshot: string) => Promise<SearchIndex>,
): SqliteSearches {
  const opened = new Map<string, Promise<Opened>>();

  async function open(snapshot: string): Promise<Opened> {
    const file = path.join(folder, `${snapshot}${SUFFIX}`);
    try {
      return guarded(file, openSearchFile(file, snapshot));
    } catch {
      // Missing, cut off, or another program's.
    }
    const index = await readIndex(snapshot);
    try {
      await writeSearchFile(file, snapshot, index);
      const written = guarded(file, openSearchFile(file, snapshot));
      removeOld(folder, file);
      return written;
    } catch (cause) {
      const message = `Cannot write the search index "${file}": ${(cause as Error).message}`;
      throw new Problem("unavailable", message, [], { cause });
    }
  }

  /** A file that turns out to be spoilt is removed, so that the next to open it writes it anew. */
  function guarded(file: string, { index, close }: ReturnType<typeof openSearchFile>): Opened {
    const search = searchOver(index);
    const attempt = async <T>(ask: () => Promise<T>): Promise<T> => {
      try {
        return await ask();
      } catch (cause) {
        if ((cause as { code?: string }).code !== "ERR_SQLITE_ERROR") throw cause;
        opened.delete(path.basename(file, SUFFIX));
        fs.rmSync(file, { force: true });
        throw new Problem("unavailable", `Cannot read the search index "${file}"`, [], { cause });
      }
    };
    return {
      search: {
        find: (query, popularity) => attempt(() => search.find(query, popularity)),
        values: (facet) => attempt(() => search.values(facet)),
      },
      close,
    };
  }

  return {
    async of(snapshot) {
      let known = opened.get(snapshot);
      if (!known) {
        known = open(snapshot);
        opened.set(snapshot, known);
        known.catch(() => opened.delete(snapshot));
        for (const [old, other] of [...opened].slice(0, -KEPT)) {
          opened.delete(old);
          other.then(({ close }) => close(), () => {});
        }
      }
      return (await known).search;
    },

    close() {
      for (const one of opened.values()) one.then(({ close }) => close(), () => {});
      opened.clear();
    },
  };
}

/** Removes index files but `current` and the newest others; what cannot be removed now goes another time. */
function removeOld(folder: string, current: string): void {
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name)).flatMap((file) => {
    const at = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    return at === undefined || file === current ? [] : [{ file, at }];
  });
  const indexes = files.filter(({ file }) => file.endsWith(SUFFIX)).sort((a, b) => b.at - a.at);
  const abandoned = files.filter(({ file, at }) => file.endsWith(".tmp") && Date.now() - at > ABANDONED_MS);
  for (const { file } of [...indexes.slice(KEPT - 1), ...abandoned]) {
    try {
      fs.rmSync(file, { force: true });
    } catch {
      // Open elsewhere, where a system holds open files.
    }
  }
}
