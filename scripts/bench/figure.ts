// What the benchmark tells.

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is held against, as text. */
  readonly baseline?: string;
  readonly aim?: string;
};

export type Tell = (figure: Figure) => void;

/** The upper one of two in the middle. */
export const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
