// Holding a lease: taking it, renewing it at a third of its period, and knowing without the database when it may be
// another's. Who could not renew it for half a period stops at once, so that what it began has the other half to end.

import type { EtlLease, EtlStore } from "../core/etl/store.ts";
import { pause } from "./pause.ts";

export const LEASE_PERIOD_MS = 15_000;

export type LeaseParts = {
  readonly store: Pick<EtlStore, "takeLease" | "renewLease" | "releaseLease">;
  readonly name: string;
  /** This process, and no other. */
  readonly holder: string;
  /** A clock that nobody sets, ms. */
  readonly monotonic: () => number;
  readonly periodMs?: number;
  /** The lease may be another's in half a period. */
  readonly onLost: () => void;
  /** Hears of a database that does not answer, once until it does again. */
  readonly onError: (error: unknown) => void;
};

/** Whoever holds it works until `over` aborts: it may be lost, or is no longer wanted. */
export type HeldLease = {
  readonly lease: EtlLease;
  readonly over: AbortSignal;
  /** False once it could not be renewed, until it could, and when it is lost: nothing is begun meanwhile. */
  readonly isSure: () => boolean;
};

/**
 * Takes the lease as often as it can and works under it; returns when `signal` aborts, after the work has ended and
 * the lease is given back.
 */
export async function underLease(
  parts: LeaseParts,
  signal: AbortSignal,
  work: (held: HeldLease) => Promise<void>,
): Promise<void> {
  const { store, name, holder, monotonic, periodMs = LEASE_PERIOD_MS, onError } = parts;
  let isStuck = false;
  while (!signal.aborted) {
    let lease: EtlLease | undefined;
    const askedAt = monotonic();
    try {
      lease = await store.takeLease(name, holder, periodMs);
      isStuck = false;
    } catch (error) {
      if (!isStuck) onError(error);
      isStuck = true;
    }
    if (lease) await hold(parts, lease, askedAt, periodMs, signal, work);
    if (!signal.aborted) await pause(periodMs / 15, signal);
  }
}

async function hold(
  { store, monotonic, onLost, onError }: LeaseParts,
  lease: EtlLease,
  takenAt: number,
  periodMs: number,
  signal: AbortSignal,
  work: (held: HeldLease) => Promise<void>,
): Promise<void> {
  const lost = new AbortController();
  let isSure = true;
  lost.signal.addEventListener("abort", () => {
    isSure = false;
    onLost();
  });
  const done = new AbortController();
  const over = AbortSignal.any([lost.signal, signal]);
  const working = work({ lease, over, isSure: () => isSure }).catch(onError).finally(() => done.abort());
  const renewing = renew();
  await working;
  await renewing;
  await store.releaseLease(lease).catch(onError);

  /** The database counts from when it answered, we from before it was asked. */
  async function renew(): Promise<void> {
    let safeUntil = takenAt + periodMs / 2;
    let wait = periodMs / 3;
    while (!done.signal.aborted) {
      const watch = setTimeout(() => lost.abort(), Math.max(safeUntil - monotonic(), 0));
      await pause(wait, done.signal);
      if (done.signal.aborted) return clearTimeout(watch);
      const askedAt = monotonic();
      try {
        const isHeld = await store.renewLease(lease, periodMs);
        clearTimeout(watch);
        if (!isHeld) return lost.abort();
        isSure = !lost.signal.aborted;
        safeUntil = askedAt + periodMs / 2;
        wait = periodMs / 3;
      } catch {
        clearTimeout(watch);
        isSure = false;
        if (monotonic() >= safeUntil) return lost.abort();
        wait = periodMs / 30;
      }
    }
  }
}
