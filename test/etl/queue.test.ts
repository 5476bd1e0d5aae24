import { queueInProcess } from "../../src/etl/queue.ts";
import { stepQueueSuite } from "./step_queue_suite.ts";

stepQueueSuite("in process", () => {
  const queue = queueInProcess();
  return Promise.resolve({ scheduler: queue, workers: [queue] });
});
