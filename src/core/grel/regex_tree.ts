// A regular expression as a tree, for the two matchers that read it.

/** One character out of a set, written as the engine's `v` mode reads it. */
export type CharSet = { readonly kind: "set"; readonly source: string };

export type RegexNode =
  | CharSet
  | { readonly kind: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly kind: "choice"; readonly options: readonly RegexNode[] }
  | { readonly kind: "capture"; readonly group: number; readonly of: RegexNode }
  | { readonly kind: "atomic"; readonly of: RegexNode }
  | { readonly kind: "look"; readonly behind: boolean; readonly negative: boolean; readonly of: RegexNode }
  | {
    readonly kind: "repeat";
    readonly of: RegexNode;
    readonly min: number;
    readonly max: number;
    readonly lazy: boolean;
  }
  | { readonly kind: "back"; readonly group: number; readonly ignoreCase: boolean }
  | { readonly kind: "place"; readonly place: Place };

export type Place = "start" | "end" | "lineStart" | "lineEnd" | "finalEnd" | "word" | "notWord";

export type Regex = {
  readonly tree: RegexNode;
  /** Captures, group 0 left out. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
};
