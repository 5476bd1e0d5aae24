// Runs the task `analytics` over a data folder as a process that can be killed.

import { popularityTasks } from "../../src/popularity.ts";

const [dataDir] = Deno.args as [string];
const { analytics } = popularityTasks({ dataDir }, new AbortController().signal);
console.log("imports");
console.log(JSON.stringify(await analytics({}, (line) => Promise.resolve(console.log(line)))));
