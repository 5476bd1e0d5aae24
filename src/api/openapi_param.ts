// A parameter of the query in the OpenAPI description.

export type DescribedParam = {
  readonly name: string;
  /** Spanish, English. */
  readonly description: readonly [string, string];
  readonly schema: unknown;
  readonly example?: string | undefined;
};

export function queryParam(
  { name, description, schema, example }: DescribedParam,
  required = false,
): object {
  return {
    name,
    in: "query",
    description: description[0],
    required,
    schema,
    ...(example !== undefined && { example }),
  };
}
